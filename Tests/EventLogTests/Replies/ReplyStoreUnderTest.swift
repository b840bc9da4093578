import EventLog
import EventLogSQLite
import Realtime

/// A kind of reply store that the contract suite runs against.
enum ReplyStoreKind: String, CaseIterable, Sendable {
    case inMemory
    case sqlite

    func make(_ clock: TestClock, _ folder: TemporaryFolder) async throws -> any ReplyStore {
        switch self {
        case .inMemory: InMemoryReplyStore { clock.now }
        case .sqlite:
            try await SQLiteReplyStore.open(
                SQLiteReplySettings(path: folder.file("replies.sqlite"), now: { clock.now }))
        }
    }
}

extension KeptReply {
    /// Different replies for different numbers.
    static func numbered(_ number: Int, expires: Int64, bytes: Int? = nil) -> KeptReply {
        KeptReply(
            key: RequestKey(user: "42", session: "s", component: "mod_quiz", request: "\(number)"),
            digest: RequestDigest(payload: Array("\(number)".utf8)),
            owner: RequestKey.owner(user: "42"),
            expires: expires,
            reply: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes ?? number % 300)
        )
    }
}
