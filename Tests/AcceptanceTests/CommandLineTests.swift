import Foundation
import Testing

extension Acceptance {
    /// The bridge's own command line: what it prints, and its exit status.
    @Suite(.bridge) struct CommandLineTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test func tailPrintsOneLineAnEvent() async throws {
            let channel = Channel.unique()
            try await self.bridge.command(["tail"] + channel.options).run { tail in
                try await tail.line(containing: "listening on")
                let body = #"{"channel":\#(channel.json.text),"payload":{"a":"\u2028",\#r\#n "b":[1,\#n2]}}"#
                #expect(try await self.bridge.api.call("POST", "/v1/notify", body: body).status == 200)
                try await self.bridge.api.notify(channel, "second")
                for payload: JSON in [["a": "\u{2028}", "b": [1, 2]], "second"] {
                    let event = try await tail.first("an event") { $0.hasPrefix("{") ? try? JSON(parsing: $0) : nil }
                    #expect(event["payload"] == payload)
                }
            }
        }

        @Test func tailEndsAfterSomeEvents() async throws {
            let channel = Channel.unique()
            try await self.bridge.command(["tail", "--count", "1"] + channel.options).run { tail in
                try await tail.line(containing: "listening on")
                try await self.bridge.api.notify(channel, 1)
                try await tail.ended()
            }
        }

        @Test func sendPrintsTheReply() async throws {
            let outcome = try await self.bridge.command(["send", "realtime_echo", #"{"choice":3}"#, "--user", "42"])
                .finish()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let reply = try JSON(parsing: outcome.output)
            #expect(reply["echo"] == ["choice": 3])
            #expect(reply["receivedtime"] != nil)
        }

        @Test func grantPrintsATokenThatConnects() async throws {
            let channel = Channel.unique()
            let outcome = try await self.bridge.command(["grant", "--user", "7", "--json"] + channel.options).finish()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let grant = try Grant(user: "7", answer: JSON(parsing: outcome.output))
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let codes = try await peer.subscribe(grant.topics[0])
                #expect(codes == [0])
            }
        }

        @Test func grantNeedsNoChannelForWhoeverOnlySends() async throws {
            let arguments = ["grant", "--user", "7", "--json", "--send-to", "mod_quiz"]
            let outcome = try await self.bridge.command(arguments).finish()
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try JSON(parsing: outcome.output)["channels"] == [])
        }

        @Test(arguments: [
            ("send mod_quiz 1 --user 42", "no_callback"),
            ("send mod_forum 1 --user 42", "component_disabled"),
            ("notify --context 1 --component mod_chat --area hall 1", "area_disabled"),
            ("notify --context 1 --component mod_quiz --area game 1 --api-key x", "unauthorized"),
            ("notify --context 1 --component mod_quiz --area game 1 --url http://127.0.0.1:9", "does not answer"),
            ("init --data /proc/data", "cannot be made"),
            ("serve --data /nonexistent", "cannot be read"),
        ])
        func endsWithOneWhereItFails(command: String, reason: String) async throws {
            let outcome = try await self.bridge.command(command.split(separator: " ").map { String($0) }).finish()
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        @Test(arguments: [
            "unknown", "notify", "notify 1", "grant --user 7 --context 1", "serve --port 1",
            "send mod_quiz {no --user 42", "tail --context 1",
            "notify --context one --component mod_quiz --area game 1",
            "notify --context 1 --component Quiz --area game 1",
            "notify --context 1 --component mod_quiz --area game 1 2",
        ])
        func endsWithTwoWhereItIsUsedWrongly(command: String) async throws {
            let outcome = try await self.bridge.command(command.split(separator: " ").map { String($0) }).finish()
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        @Test func initKeepsSecretsToItsOwner() async throws {
            let folder = self.bridge.folder.path
            #expect(try self.permissions(of: folder) == 0o700)
            #expect(try self.permissions(of: folder + "/bridge.yaml") == 0o600)
            #expect(try self.permissions(of: folder + "/broker/accounts.yaml") == 0o600)
            let again = try await self.bridge.command(["init", "--data", folder]).finish()
            #expect(again.status == 1)
            let configuration = try String(contentsOfFile: folder + "/bridge.yaml", encoding: .utf8)
            #expect(configuration.contains(self.bridge.folder.clientKey.key))
        }

        private func permissions(of path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
    }
}
