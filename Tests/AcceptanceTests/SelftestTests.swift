import Foundation
import Testing

extension Acceptance {
    /// `selftest` against a bridge that runs.
    @Suite(.bridge) struct SelftestTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test func everythingArrivesOverEveryTransport() async throws {
            let outcome = try await self.selftest("--json")
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            let report = try JSON(parsing: outcome.output)
            #expect(report["ok"] == true)
            let parts = report["parts"]?.array ?? []
            let names = parts.map { "\($0["part"]?.string ?? "") \($0["transport"]?.string ?? "")" }
            #expect(
                names == [
                    "one event mqtt", "burst mqtt", "push by a service mqtt", "one event stream", "burst stream",
                    "one event poll", "burst poll", "echo upstream mqtt", "echo upstream http",
                ])
            #expect(parts.map { $0["sent"] } == [1, 1000, 100, 1, 1000, 1, 1000, 40, 40])
            for part in parts {
                #expect(part["ok"] == true)
                #expect(part["received"] == part["sent"])
                #expect([part["lost"], part["doubled"]] == [0, 0])
                for figure in ["p50_ms", "p99_ms", "max_ms"] { #expect(part[figure] != nil, "\(figure)") }
            }
            #expect(parts.dropLast().allSatisfy { $0["out_of_order"] == 0 })
            // Both clocks are this machine's.
            #expect(try #require(report["clock"]?["offset_ms"]?.number).magnitude < 1000)
        }

        @Test(arguments: ["mqtt", "stream", "poll"])
        func aTransportCanBeForcedThroughAnythingThatIsLong(transport: String) async throws {
            let outcome = try await self.selftest(
                "--json --transport \(transport) --events 10000 --pushes 0 --echoes 0")
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            let parts = try JSON(parsing: outcome.output)["parts"]?.array ?? []
            #expect(parts.map { $0["transport"]?.string } == [transport, transport])
            #expect(parts.map { $0["received"] } == [1, 10_000])
        }

        @Test func peopleGetATable() async throws {
            let outcome = try await self.selftest("--transport mqtt --events 10 --echoes 1")
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            #expect(outcome.output.contains(#/burst +mqtt +10 +10 +0 +0 +0 /#))
            #expect(outcome.output.contains("Nothing lost, nothing doubled, everything in order."))
            // A bar is for terminals.
            #expect(outcome.errors.isEmpty)
        }

        @Test func aKeyThatMayNotPushAsAServiceLeavesThatOut() async throws {
            let outcome = try await self.selftest(
                "--json --transport poll --events 10 --echoes 1 --api-key \(BridgeFolder.quizKey)")
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            let parts = try JSON(parsing: outcome.output)["parts"]?.array ?? []
            #expect(parts.map { $0["skipped"] != nil } == [false, false, true, false])
        }

        @Test func whatAServicePushesThroughTheBrokerArrives() async throws {
            try await BridgeFolder.with { folder in
                let password = "at least 12 characters"
                let accounts = "accounts: [{ name: shop, role: service, password: \"\(password)\" }]\n"
                try accounts.write(toFile: folder.path + "/broker/accounts.yaml", atomically: false, encoding: .utf8)
                try await folder.serve { bridge in
                    try await bridge.waitUntil(status: "ready")
                    let broker = "--broker mqtt://127.0.0.1:\(folder.ports.broker) --broker-user shop"
                    for (given, status) in [(password, Int32(0)), ("not the password", 1)] {
                        var program = try Self.program(
                            "--json --transport stream --events 1 --echoes 0 \(broker)", on: bridge)
                        program.environment["REALTIME_BRIDGE_BROKER_PASSWORD"] = given
                        let outcome = try await program.finish()
                        #expect(outcome.status == status, "\(outcome.errors)\(outcome.output)")
                        let part = try JSON(parsing: outcome.output)["parts"]?.array?.last
                        #expect(part?["part"] == "push through the broker")
                        #expect(part?["received"] == (status == 0 ? 100 : 0))
                        #expect((part?["error"] != nil) == (status != 0))
                    }
                }
            }
        }

        /// The area keeps five events, and every call brings more.
        @Test func whatIsNoLongerKeptIsLost() async throws {
            let outcome = try await self.selftest(
                "--json --transport poll --component mod_board --area short --pushes 0 --echoes 0")
            #expect(outcome.status == 1, "\(outcome.errors)")
            let report = try JSON(parsing: outcome.output)
            #expect(report["ok"] == false)
            let burst = try #require(report["parts"]?.array?.last)
            #expect(burst["sent"] == 1000)
            #expect(try #require(burst["lost"]?.int) > 0)
            #expect([burst["doubled"], burst["out_of_order"]] == [0, 0])
        }

        /// An echo a second, which nobody waits for: the time is over before.
        @Test func endsInTimeAndSaysSo() async throws {
            let outcome = try await self.selftest(
                "--json --transport mqtt --events 1 --pushes 0 --echoes 100 --echo-rate 1 --timeout 2")
            #expect(outcome.status == 1)
            let parts = try JSON(parsing: outcome.output)["parts"]?.array ?? []
            #expect(parts.last?["error"]?.string?.contains("--timeout") == true, "\(outcome.output)")
        }

        @Test(arguments: [
            ("--url http://127.0.0.1:9", "does not answer"), ("--api-key x", "unauthorized"),
            ("--api-key \(BridgeFolder.quizKey) --component mod_chat --area room", "forbidden"),
            ("--component mod_forum", "component_disabled"), ("--component mod_chat --area hall", "area_disabled"),
        ])
        func endsWithOneWhereNothingCanBeTested(arguments: String, reason: String) async throws {
            let outcome = try await self.selftest(arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        @Test(arguments: [
            "more", "--transport carrier", "--events 0", "--events 10001", "--pushes -1", "--echoes x", "--timeout 0",
            "--concurrency 0", "--echo-rate 0", "--component Quiz", "--area a/b", "--broker mqtt://127.0.0.1:9",
            "--broker ftp://127.0.0.1 --broker-user shop", "--broker-user shop", "--url 127.0.0.1",
        ])
        func endsWithTwoWhereItIsUsedWrongly(arguments: String) async throws {
            let outcome = try await self.selftest(arguments)
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        private func selftest(_ arguments: String) async throws -> Program.Outcome {
            try await Self.program(arguments, on: self.bridge).finish()
        }

        private static func program(_ arguments: String, on bridge: RunningBridge) throws -> Program {
            try bridge.command(["selftest"] + arguments.split(separator: " ").map { String($0) })
        }
    }
}

extension JSON {
    /// A number with decimals or without.
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
