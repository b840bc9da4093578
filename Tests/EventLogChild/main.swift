import EventLog
import EventLogSQLite
import Foundation
import Realtime

// A process that can be killed: appends to the log named by its first argument until it ends, and prints a line for each
// event that was acknowledged: the channel's number and the sequence number. The other arguments: the boot id, the bound
// on bytes, and how many events it appends before it waits; a further one, `close`, makes it close the log instead.
// With `replies` as the first argument it keeps replies instead: see keepReplies.

/// The lines, each with one write, so that what was printed was acknowledged and no line is cut.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

let arguments = CommandLine.arguments
if arguments.count == 4, arguments[1] == "replies", let first = UInt64(arguments[3]) {
    await keepReplies(path: arguments[2], from: first)
}
guard arguments.count >= 5, let maximumBytes = UInt64(arguments[3]), let count = Int(arguments[4]) else { exit(2) }
let settings = SQLiteLogSettings(
    path: arguments[1],
    maximumBytes: maximumBytes,
    bootID: arguments[2],
    now: { Int64(Date().timeIntervalSince1970 * 1000) }
)
let log: SQLiteEventLog
do {
    log = try await SQLiteEventLog.open(settings)
} catch {
    say("refused \(error.message)")
    exit(1)
}
say("open \(log.opening.epoch)")
let key = try ChannelKey(bytes: Array("0123456789abcdef0123456789abcdef".utf8))
let channels = try (0..<10).map { number in
    let channel = try Channel(contextID: Int64(number), component: "mod_quiz", area: "game", itemID: 0)
    return key.hash(of: channel, site: try SiteName("demo"))
}
var appended = 0
while appended < count {
    var drafts: [EventDraft] = []
    for offset in 0..<min(7, count - appended) {
        let number = appended + offset
        let payload = try EventPayload(json: Array("\(number)".utf8), limit: 100)
        drafts.append(EventDraft(channel: channels[number % channels.count], payload: payload))
    }
    for (offset, result) in await log.append(drafts).enumerated() {
        switch result {
        case .success(let event): say("\((appended + offset) % channels.count) \(event.position.sequence)")
        case .failure(let error): say("failed \(error.message)")
        }
    }
    appended += drafts.count
}
if arguments.last == "close" {
    await log.close()
    say("closed")
} else {
    say("waiting")
    try await Task.sleep(for: .seconds(600))
}
