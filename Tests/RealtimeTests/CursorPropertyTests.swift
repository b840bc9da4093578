import Testing

@testable import Realtime

@Suite struct CursorPropertyTests {
    /// Every event after the start comes once and in order or lies under a gap that is one, whatever comes between;
    /// once all is at rest, everybody has everything.
    @Test(arguments: [false, true])
    func nothingIsLostDoubledOrReordered(isUnreliable: Bool) {
        var seen: Set<CursorSimulation.Sight> = []
        for seed in 1...1_000 as ClosedRange<UInt64> {
            var simulation = CursorSimulation(seed: seed, isUnreliable: isUnreliable)
            for step in 1...250 where simulation.fault == nil {
                simulation.step()
                if let fault = simulation.fault { Issue.record("seed \(seed), step \(step): \(fault)") }
            }
            guard simulation.fault == nil else { return }
            simulation.finish()
            if let fault = simulation.fault {
                Issue.record("seed \(seed), at rest: \(fault)")
                return
            }
            seen.formUnion(simulation.seen)
        }
        let onSeveralNodes: Set<CursorSimulation.Sight> = [.repeated]
        let expected = Set(CursorSimulation.Sight.allCases).subtracting(isUnreliable ? [] : onSeveralNodes)
        #expect(seen.isSuperset(of: expected), "never came to pass: \(expected.subtracting(seen))")
    }

    /// A log, a peer or an order of calls that makes no sense may cost a subscriber its events, never the process.
    @Test func nothingTraps() throws {
        var random = SeededGenerator(seed: 11)
        let epochs = SimulatedLog.epochs.prefix(2)
        let numbers = [0, 1, 2, 3, 5, 8, UInt64.max - 1, UInt64.max]
        func number() -> UInt64 { numbers.randomElement(using: &random) ?? 0 }
        func position() throws -> Position {
            Position(epoch: try #require(epochs.randomElement(using: &random)), sequence: number())
        }
        var (cursor, edge) = (Cursor(), LiveEdge())
        var read = cursor.start(.now)
        var delivered = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...4, using: &random)
            switch Int.random(in: 0...7, using: &random) {
            case 0:
                let start = [.now, .latest, .after(try position())].randomElement(using: &random) ?? Cursor.Start.now
                read = cursor.start(start, notBefore: Bool.random(using: &random) ? try position() : nil)
            case 1, 2:
                let page = Cursor.Page(head: try position(), first: count > 0 ? number() : nil, count: count)
                if case .deliver(let delivery) = cursor.answered(page, to: read, at: edge) {
                    #expect((0...count).contains(delivery.dropping))
                    delivered += 1
                }
            case 3:
                _ = cursor.failed(read)
            case 4:
                if case .read(let next) = cursor.resume(at: edge) { read = next }
            case 5, 6:
                let batch = EventRun(epoch: try position().epoch, first: number(), count: count)
                _ = edge.advance(over: batch)
                let pass = cursor.passed(batch, hasRoom: Bool.random(using: &random))
                if case .join(let dropping) = pass { #expect((0...count).contains(dropping)) }
                if case .read(let next) = pass { read = next }
            default:
                if Bool.random(using: &random) { cursor.fellBehind(at: try position()) } else { cursor.close() }
            }
        }
        #expect(delivered > 1_000)
    }
}
