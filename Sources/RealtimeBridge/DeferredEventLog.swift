import EventLog
import Realtime
import Synchronization

/// The log that a bridge is wired with before it is opened; until then nothing can be had of it.
final class DeferredEventLog: EventLog {
    private let opened = Mutex<(any EventLog)?>(nil)

    private static let notOpen = RealtimeError(.logUnavailable, "the event log is not open")

    /// Lets everything through to a log.
    func open(_ log: any EventLog) {
        self.opened.withLock { $0 = log }
    }

    private var log: (any EventLog)? { self.opened.withLock { $0 } }

    func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        guard let log else { return completion(drafts.map { _ in .failure(Self.notOpen) }) }
        log.append(drafts, completion: completion)
    }

    func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        completion: @escaping Completion<EventPage>
    ) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.read(channel, since: position, limit: limit, completion: completion)
    }

    func latest(_ channel: ChannelHash, completion: @escaping Completion<EventPage>) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.latest(channel, completion: completion)
    }

    func head(of channel: ChannelHash, completion: @escaping Completion<Position>) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.head(of: channel, completion: completion)
    }

    func readCommitted(after number: UInt64, limit: ReadLimit, completion: @escaping Completion<CommittedPage>) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.readCommitted(after: number, limit: limit, completion: completion)
    }

    func cursor(named name: String, completion: @escaping Completion<UInt64?>) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.cursor(named: name, completion: completion)
    }

    func setCursor(named name: String, to number: UInt64, completion: @escaping Completion<Void>) {
        guard let log else { return completion(.failure(Self.notOpen)) }
        log.setCursor(named: name, to: number, completion: completion)
    }

    var status: EventLogStatus {
        if let log { return log.status }
        var status = EventLogStatus()
        status.failure = Self.notOpen
        return status
    }

    func close() async {
        await self.log?.close()
    }
}
