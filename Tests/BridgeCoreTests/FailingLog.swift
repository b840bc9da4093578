import EventLog
import Realtime

/// A log whose disk is full.
struct FailingLog: EventLog {
    static let error = RealtimeError(.logUnavailable, "the disk is full")

    var status: EventLogStatus {
        var status = EventLogStatus()
        status.failure = Self.error
        return status
    }

    func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        completion(drafts.map { _ in .failure(Self.error) })
    }

    func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        completion: @escaping Completion<EventPage>
    ) {
        completion(.failure(Self.error))
    }

    func latest(_ channel: ChannelHash, completion: @escaping Completion<EventPage>) {
        completion(.failure(Self.error))
    }

    func head(of channel: ChannelHash, completion: @escaping Completion<Position>) {
        completion(.failure(Self.error))
    }

    func readCommitted(
        after number: UInt64,
        limit: ReadLimit,
        completion: @escaping Completion<CommittedPage>
    ) {
        completion(.failure(Self.error))
    }

    func cursor(named name: String, completion: @escaping Completion<UInt64?>) {
        completion(.failure(Self.error))
    }

    func setCursor(named name: String, to number: UInt64, completion: @escaping Completion<Void>) {
        completion(.failure(Self.error))
    }

    func close() async {}
}
