import Testing

@testable import Realtime

/// A cursor with its fan-out's edge, in short words; `e1` is the epoch unless another is named.
struct CursorFixture {
    let epoch: Epoch
    let other: Epoch
    var cursor = Cursor()
    var edge = LiveEdge()

    init() throws {
        self.epoch = try #require(Epoch("e1"))
        self.other = try #require(Epoch("e2"))
    }

    func at(_ sequence: UInt64, _ epoch: Epoch? = nil) -> Position {
        Position(epoch: epoch ?? self.epoch, sequence: sequence)
    }

    func run(_ range: ClosedRange<UInt64>, _ epoch: Epoch? = nil) -> EventRun {
        EventRun(epoch: epoch ?? self.epoch, first: range.lowerBound, count: range.count)
    }

    /// A page up to a head; its events are from the range.
    func page(_ range: ClosedRange<UInt64>? = nil, head: UInt64, _ epoch: Epoch? = nil) -> Cursor.Page {
        Cursor.Page(head: self.at(head, epoch), first: range?.lowerBound, count: range?.count ?? 0)
    }

    /// Flushes a batch; the cursor is told of it as a follower.
    @discardableResult
    mutating func pass(_ batch: EventRun, hasRoom: Bool = true) -> Cursor.Pass {
        _ = self.edge.advance(over: batch)
        return self.cursor.passed(batch, hasRoom: hasRoom)
    }

    mutating func answer(_ page: Cursor.Page, to read: Cursor.Read) -> Cursor.Answer {
        self.cursor.answered(page, to: read, at: self.edge)
    }

    /// Answers a read, and returns what is to be delivered.
    mutating func delivery(_ page: Cursor.Page, to read: Cursor.Read) throws -> Cursor.Delivery {
        guard case .deliver(let delivery) = self.answer(page, to: read) else {
            throw Unexpected.answer
        }
        return delivery
    }

    mutating func resume() -> Cursor.Next { self.cursor.resume(at: self.edge) }

    /// Goes on where a read is expected.
    mutating func resumedRead() throws -> Cursor.Read {
        guard case .read(let read) = self.resume() else { throw Unexpected.answer }
        return read
    }

    /// Makes the subscriber live at a position, with the fan-out at it.
    mutating func goLive(at sequence: UInt64) throws {
        _ = self.edge.advance(over: self.run(sequence...sequence))
        let read = self.cursor.start(.now)
        _ = try self.delivery(self.page(head: sequence), to: read)
        try #require(self.resume() == .live)
    }

    enum Unexpected: Error {
        case answer
    }
}

extension Cursor.Delivery {
    /// What the first answer is expected to bring.
    static func first(dropping: Int = 0, gap: Position? = nil, _ recovered: Recovery, head: Position) -> Self {
        Self(verdict: Cursor.Verdict(position: head, recovered: recovered), gap: gap, dropping: dropping)
    }

    /// What a further answer is expected to bring.
    static func further(dropping: Int = 0, gap: Position? = nil) -> Self {
        Self(verdict: nil, gap: gap, dropping: dropping)
    }
}
