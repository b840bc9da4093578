import Testing

@testable import Realtime

@Suite struct LiveEdgeTests {
    private let epoch: Epoch
    private let other: Epoch

    init() throws {
        self.epoch = try #require(Epoch("e1"))
        self.other = try #require(Epoch("e2"))
    }

    private func run(_ range: ClosedRange<UInt64>, _ epoch: Epoch? = nil) -> EventRun {
        EventRun(epoch: epoch ?? self.epoch, first: range.lowerBound, count: range.count)
    }

    private func at(_ sequence: UInt64, _ epoch: Epoch? = nil) -> Position {
        Position(epoch: epoch ?? self.epoch, sequence: sequence)
    }

    @Test func theFirstBatchSaysWhereTheFanOutStands() {
        var edge = LiveEdge()
        #expect(edge.position == nil)
        #expect(edge.advance(over: self.run(4...6)) == .continues(from: self.at(3), dropping: 0))
        #expect(edge.position == self.at(6))
    }

    @Test func whatFollowsOnContinues() {
        var edge = LiveEdge()
        _ = edge.advance(over: self.run(4...6))
        #expect(edge.advance(over: self.run(7...7)) == .continues(from: self.at(6), dropping: 0))
        #expect(edge.advance(over: self.run(8...9)) == .continues(from: self.at(7), dropping: 0))
        #expect(edge.position == self.at(9))
    }

    @Test func whatRepeatsIsDroppedAndNeverSetsBack() {
        var edge = LiveEdge()
        _ = edge.advance(over: self.run(4...6))
        #expect(edge.advance(over: self.run(5...8)) == .continues(from: self.at(6), dropping: 2))
        #expect(edge.position == self.at(8))
        #expect(edge.advance(over: self.run(1...3)) == .continues(from: self.at(8), dropping: 3))
        #expect(edge.position == self.at(8))
    }

    @Test func aHoleOrAnotherEpochBreaks() {
        var edge = LiveEdge()
        _ = edge.advance(over: self.run(4...6))
        #expect(edge.advance(over: self.run(8...9)) == .breaks(from: self.at(6)))
        #expect(edge.position == self.at(9))
        #expect(edge.advance(over: self.run(3...4, self.other)) == .breaks(from: self.at(9)))
        #expect(edge.position == self.at(4, self.other))
    }
}
