import EventLog
import Realtime

/// A log whose disk is full.
struct FailingLog: EventLog {
    static let error = RealtimeError(.logUnavailable, "the disk is full")

    func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        completion(drafts.map { _ in .failure(Self.error) })
    }

    func read(_ channel: ChannelHash, since: Position?, limit: Int) async throws(RealtimeError) -> EventPage {
        throw Self.error
    }

    func head(of channel: ChannelHash) async throws(RealtimeError) -> Position {
        throw Self.error
    }
}
