import Foundation
import Testing

extension Acceptance {
    /// The browser client without a browser: under Node, with the module that the bridge serves.
    @Suite struct NodeClientTests {
        @Test(arguments: Page.Transport.allCases)
        func eventsComeOnceAndInOrderAcrossAKill(_ transport: Page.Transport) async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                let script = Program(
                    executable: "/usr/bin/node",
                    arguments: [ClientScript.path("client.mjs")],
                    environment: ["NODE_PATH": "/usr/share/nodejs"]
                )
                try await script.run { node in
                    try await folder.serve { bridge in
                        let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                        let settings: JSON = ["answer": grant.answer, "transports": [.string(transport.rawValue)]]
                        try await node.write(settings.text)
                        try await Self.answered(1, by: node, over: transport)
                        try await bridge.api.notify(channel, all: (0..<100).map { .int($0) })
                        try await Self.expect(0..<100, from: node, over: transport)
                        #expect(kill(bridge.program.processID, SIGKILL) == 0)
                        try await bridge.program.ended()
                        _ = try await Self.next("connection_lost", of: node)
                    }
                    try await folder.serve { bridge in
                        try await bridge.api.notify(channel, all: (100..<200).map { .int($0) })
                        _ = try await Self.next("connection_restored", of: node)
                        try await Self.expect(100..<200, from: node, over: transport)
                        try await Self.answered(2, by: node, over: transport)
                        try await node.write(#"{"do":"close"}"#)
                        #expect(try await Self.next("closed", of: node)["transport"] == .null)
                        try await Deadline.poll("nobody is connected") {
                            let sockets = try await bridge.metric("realtime_connections")
                            return try await bridge.metric("realtime_pulls") == 0 && sockets == 0
                        }
                    }
                }
            }
        }

        private static func answered(
            _ number: Int64,
            by node: RunningProgram,
            over transport: Page.Transport
        ) async throws {
            try await node.write(JSON.object(["do": "ask", "number": .int(number)]).text)
            let reply = try await self.next("reply", of: node)
            #expect(reply["echo"] == .int(number))
            #expect(reply["transport"]?.string == transport.rawValue)
        }

        /// Expects these events next, and no other thing among them.
        private static func expect(
            _ numbers: Range<Int64>,
            from node: RunningProgram,
            over transport: Page.Transport
        ) async throws {
            for number in numbers {
                let event = try await self.next("event", of: node)
                #expect(event["payload"] == .int(number))
                #expect(event["transport"]?.string == transport.rawValue)
            }
        }

        private static func next(_ kind: String, of node: RunningProgram) async throws -> JSON {
            try await node.first("the client's \(kind)") { line in
                guard let seen = try? JSON(parsing: line), seen["seen"]?.string == kind else { return nil }
                return seen
            }
        }
    }
}
