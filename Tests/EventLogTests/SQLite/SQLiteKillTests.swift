import EventLog
import EventLogSQLite
import Realtime
import Testing

/// A process killed in the middle of its work loses nothing that it acknowledged.
@Suite(.serialized) struct SQLiteKillTests {
    /// With the small bound, events are trimmed and the table of channels follows all the time.
    @Test(arguments: [1 << 30, 256 << 10])
    func whatWasAcknowledgedIsThere(_ maximumBytes: Int) async throws {
        let fixture = try SQLiteFixture()
        var random = SeededGenerator(seed: 3)
        var acknowledged = [UInt64](repeating: 0, count: 10)
        var epochs: Set<String> = []
        for _ in 0..<8 {
            let child = try ChildProcess(path: fixture.path, maximumBytes: maximumBytes)
            epochs.insert(try await child.line("open"))
            let enough = child.lines.count + Int.random(in: 1...3000, using: &random)
            try await eventually { child.lines.count >= enough }
            try await child.kill()
            for line in child.lines.dropFirst() {
                let words = line.split(separator: " ")
                let channel = try #require(Int(words[0]))
                let sequence = try #require(UInt64(words[1]))
                // No number is given twice. Between two lives there may be events that were committed and not said.
                #expect(sequence > acknowledged[channel])
                acknowledged[channel] = sequence
            }
            #expect(!child.lines.contains { $0.hasPrefix("failed") })
        }
        #expect(epochs.count == 1)
        let log = try await fixture.open(recentBytes: 0)
        for number in 0..<10 {
            let channel = try LogUnderTest.channel(Int64(number))
            let head = try await log.head(of: channel)
            #expect(head.sequence >= acknowledged[number])
            // At most one commit of each life was not said any more.
            #expect(head.sequence <= acknowledged[number] + 8)
            if maximumBytes == 1 << 30 {
                try await self.readWithoutHoles(channel, head, log)
            } else {
                let page = try await log.read(channel, since: nil)
                #expect(page.sequences.last == head.sequence)
                #expect(zip(page.sequences, page.sequences.dropFirst()).allSatisfy { $0 + 1 == $1 })
            }
        }
        await log.close()
    }

    private func readWithoutHoles(_ channel: ChannelHash, _ head: Position, _ log: SQLiteEventLog) async throws {
        // The child's clock is the real one, the fixture's stands long before: nothing has had its time.
        var position = Position(epoch: head.epoch, sequence: head.sequence > 1000 ? head.sequence - 1000 : 0)
        while position != head {
            let page = try await log.read(channel, since: position, limit: ReadLimit(events: 300))
            #expect(page.recovery == .complete)
            #expect(page.sequences == Array((position.sequence + 1)...(position.sequence + UInt64(page.events.count))))
            position = try #require(page.events.last?.position)
        }
    }
}
