import EventLog
import EventLogSQLite
import Foundation
import Realtime

/// Keeps replies numbered from the given number in the store with this path until it is killed, and prints a line for each
/// that was kept.
func keepReplies(path: String, from first: UInt64) async -> Never {
    let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    do {
        let store = try await SQLiteReplyStore.open(SQLiteReplySettings(path: path, now: now))
        var number = first
        while true {
            let numbers = number..<(number + 7)
            let expires = now() + 600_000
            let replies = numbers.map { number in
                KeptReply(
                    key: RequestKey(high: 0, low: number),
                    digest: RequestDigest(high: 0, low: number),
                    owner: 0,
                    expires: expires,
                    reply: [UInt8](repeating: 7, count: 150)
                )
            }
            try await store.keep(replies)
            for number in numbers { say("kept \(number)") }
            number = numbers.upperBound
        }
    } catch {
        say("failed \(error)")
        exit(1)
    }
}
