// A Swift server with the bridge inside: it answers what players send, and tells everyone the score.
//
//     swift run quiz-server data          makes the folder `data` and prints an API key, the first time
//     realtime-bridge send mod_quiz '{"question":1,"answer":42}' --user 7      with that key
import Logging
import RealtimeBridge
import ServiceLifecycle
import UnixSignals

/// What a player sends.
struct Answer: Decodable {
    let question: Int
    let answer: Int
}

/// What the player gets back.
struct Verdict: Encodable {
    let isRight: Bool
}

/// What everyone who watches the game gets.
struct Score: Encodable {
    let player: String
    let question: Int
}

let logger = Logger(label: "quiz-server")
let directory = DataDirectory(path: CommandLine.arguments.dropFirst().first ?? "data")
if let created = try? directory.create(site: SiteName("demo")) {
    print("API key: \(created.apiKey)")
}
let bridge = try Bridge(directory.load(), logger: logger)
let game = try Channel(contextID: 15, component: "mod_quiz", area: "game", itemID: 0)

try bridge.component("mod_quiz") { (sent: Answer, request) in
    // Whoever repeats a message gets the same reply without this running again; the key is for a crash in between.
    let isRight = sent.answer == 42
    if isRight {
        try await bridge.notify(game, Score(player: request.user, question: sent.question), key: request.id)
    }
    return Verdict(isRight: isRight)
}

let group = ServiceGroup(services: [bridge], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
try await group.run()
