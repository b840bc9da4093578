import Foundation
import Testing

extension Acceptance {
    /// The tutorial's files and commands, taken from its text as a reader would, do what it says.
    @Suite struct TutorialTests {
        @Test func itsPageIsToldAndAnswered() async throws {
            try await BridgeFolder.with { folder in
                let application = try Ports()
                let tutorial = try Tutorial(ports: folder.ports, application: application.http)
                let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
                let settings = try tutorial.block("yaml").replacing("whsec_…", with: secret)
                let parts = settings.split(separator: "components:\n")
                try folder.configure("origins: []\n", to: String(parts[0]))
                try folder.configure("  mod_quiz: {}\n", to: String(parts[1]))
                let place = URL(filePath: folder.path).deletingLastPathComponent().path
                for file in ["page.html", "page.js", "app.py"] {
                    let text = try tutorial.file(file)
                    try text.write(toFile: "\(place)/\(file)", atomically: false, encoding: .utf8)
                }
                let server = Program(
                    executable: "/bin/sh",
                    arguments: ["-c", "cd \"$0\" && exec /usr/bin/python3 app.py", place],
                    environment: ["REALTIME_BRIDGE_API_KEY": folder.apiKey, "WEBHOOK_SECRET": secret]
                )
                try await server.run { server in
                    try await Browser.run { browser in
                        try await folder.serve { bridge in
                            let url = "http://127.0.0.1:\(application.http)"
                            try await server.reporting {
                                try await Deadline.poll("the application answers") {
                                    let curl = Program(
                                        executable: "/usr/bin/curl",
                                        arguments: ["--silent", "--fail", "\(url)/page.js"])
                                    return try await curl.finish().status == 0
                                }
                            }
                            for window in ["one", "two"] {
                                try await browser.open(url, in: window)
                                try await browser.wait(for: Self.shows("state", "connected"), in: window)
                            }
                            let notify = try tutorial.command("realtime-bridge notify")
                            let told = try await BridgeExecutable.program(
                                notify.dropFirst().map { $0.trimming("'") }
                                    + ["--url", bridge.api.url, "--api-key", folder.apiKey]
                            ).finish()
                            #expect(told.status == 0, "\(told.errors)")
                            for window in ["one", "two"] {
                                try await browser.wait(for: Self.shows("points", "3"), in: window)
                            }
                            try await browser.click("answer", of: "one")
                            try await browser.wait(for: Self.shows("verdict", "right"), in: "one")
                            try await browser.wait(for: Self.shows("points", "1"), in: "two")
                        }
                        try await browser.wait(for: Self.shows("state", "connection lost"), in: "two")
                        try await folder.serve { bridge in
                            try await browser.wait(for: Self.shows("state", "connected"), in: "two")
                        }
                    }
                }
            }
        }

        private static func shows(_ element: String, _ text: String) -> String {
            "document.getElementById('\(element)').textContent === '\(text)'"
        }
    }
}

/// The tutorial's text, with its ports replaced by free ones.
private struct Tutorial {
    private let text: String

    init(ports: Ports, application: Int) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/RealtimeBridge/RealtimeBridge.docc/Tutorial.md")
        self.text = try String(contentsOf: file, encoding: .utf8)
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(ports.http)")
            .replacing("127.0.0.1:8000", with: "127.0.0.1:\(application)")
            .replacing("(\"127.0.0.1\", 8000)", with: "(\"127.0.0.1\", \(application))")
    }

    /// The first block in a language.
    func block(_ language: String) throws -> String {
        try Self.block(in: self.text[...], from: "```\(language)\n")
    }

    /// The block that is to be saved under a name.
    func file(_ name: String) throws -> String {
        let start = try BridgeError.require(self.text.range(of: "Save as `\(name)`"), "no file \(name)")
        return try Self.block(in: self.text[start.upperBound...], from: "```")
    }

    /// The words of the command that begins so.
    func command(_ beginning: String) throws -> [String] {
        let line = self.text.split(separator: "\n").first { $0.hasPrefix(beginning) }
        return try BridgeError.require(line, "no command \(beginning)").split(separator: " ").map { String($0) }
    }

    private static func block(in text: Substring, from fence: String) throws -> String {
        let start = try BridgeError.require(text.range(of: fence), "no block \(fence)")
        let body = text[start.upperBound...].drop { fence == "```" && $0 != "\n" }
        let end = try BridgeError.require(body.range(of: "\n```"), "a block without an end")
        return String(body[..<end.lowerBound]).trimmingCharacters(in: .newlines) + "\n"
    }
}

extension String {
    fileprivate func trimming(_ character: Character) -> String {
        self.trimmingCharacters(in: CharacterSet(charactersIn: String(character)))
    }
}
