import Foundation
import Testing

extension Acceptance {
    /// The browser client in Chromium.
    @Suite struct BrowserTests {
        @Test func whatIsTypedInOneWindowIsSeenInBoth() async throws {
            let ports = try Ports()
            let demo = try BridgeExecutable.program([
                "demo", "--http", "127.0.0.1:\(ports.http)", "--mqtt", "127.0.0.1:\(ports.mqtt)",
                "--broker", "127.0.0.1:\(ports.broker)",
            ])
            try await demo.run { demo in
                let url = try await demo.first("the demo's URL") { $0.firstMatch(of: /http:\S+/).map { String($0.0) } }
                #expect(url == "http://127.0.0.1:\(ports.http)/demo")
                try await Browser.run { browser in
                    for window in ["one", "two"] {
                        try await browser.open(url, in: window)
                        try await browser.wait(for: Self.status("connected"), in: window)
                    }
                    let text = "<b>4 + 3 > 6?</b>"
                    try await browser.type(text, into: "text", of: "one")
                    try await browser.click("send", of: "one")
                    for window in ["one", "two"] {
                        let messages = "[...document.querySelectorAll('#messages li .text')].map((p) => p.textContent)"
                        let seen = try await browser.wait(for: "((all) => all.length && all)(\(messages))", in: window)
                        #expect(seen == [.string(text)])
                    }
                    let reply = try await browser.wait(
                        for: "document.querySelector('#reply[data-state=ok]')?.textContent", in: "one"
                    )
                    #expect(try JSON(parsing: reply?.string ?? "")["delivered"] == true)
                }
            }
        }

        @Test func aPageOfAnAllowedOriginSurvivesARestart() async throws {
            let channel = Channel.unique()
            try await FileServer.run { origin in
                try await BridgeFolder.with(origins: [origin]) { folder in
                    try await Browser.run { browser in
                        try await folder.serve { bridge in
                            let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                            try await browser.open(Self.page(of: origin, grant), in: "page")
                            #expect(try await browser.wait(for: Self.logged("reply"), in: "page") == ["hello"])
                            try await bridge.api.notify(channel, "before")
                            #expect(try await browser.wait(for: Self.logged("EVENT"), in: "page") == [#""before""#])
                        }
                        try await browser.wait(for: Self.logged("CONNECTION_LOST"), in: "page")
                        try await folder.serve { bridge in
                            try await browser.wait(for: Self.logged("CONNECTION_RESTORED"), in: "page")
                            try await bridge.api.notify(channel, "after")
                            let events = try await browser.wait(for: Self.logged("EVENT", count: 2), in: "page")
                            #expect(events == [#""before""#, #""after""#])
                        }
                    }
                }
            }
        }

        /// The bridge is killed while an application publishes, which repeats what was not acknowledged.
        @Test func aPageMissesNothingWhenTheBridgeIsKilledInTheMiddleOfABurst() async throws {
            let channel = Channel.unique()
            let count = 500
            try await FileServer.run { origin in
                try await BridgeFolder.with(origins: [origin]) { folder in
                    try await Browser.run { browser in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            try await folder.serve { bridge in
                                let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                                try await browser.open(Self.page(of: origin, grant), in: "page")
                                try await browser.wait(for: Self.logged("reply"), in: "page")
                                let numbers = NumberSource(channel, of: folder.api, perCall: 5)
                                group.addTask { _ = try await numbers.run(through: count) }
                                try await browser.wait(for: Self.logged("EVENT", count: 50), in: "page")
                                #expect(kill(bridge.program.processID, SIGKILL) == 0)
                                try await bridge.program.ended()
                            }
                            try await folder.serve { bridge in
                                try await group.waitForAll()
                                try await bridge.api.notify(channel, "end")
                                let ended = Self.logged("EVENT", count: count + 1)
                                let events = try await browser.wait(for: ended, in: "page")
                                #expect(events == .array((0..<count).map { "\($0)" } + [#""end""#]))
                                // Told before it if at all.
                                for (kind, times) in [("GAP", 0), ("CONNECTION_LOST", 1), ("CONNECTION_RESTORED", 1)] {
                                    let all = "document.querySelectorAll('#log li[data-kind=\(kind)]').length"
                                    #expect(try await browser.wait(for: "[\(all)]", in: "page") == [.int(Int64(times))])
                                }
                            }
                        }
                    }
                }
            }
        }

        @Test func aPageOfAnotherOriginIsRefused() async throws {
            try await FileServer.run { origin in
                try await BridgeFolder.with(origins: ["https://www.example.org"]) { folder in
                    try await folder.serve { bridge in
                        let grant = try await bridge.api.grant([Channel.unique()], components: ["realtime_echo"])
                        try await Browser.run { browser in
                            try await browser.open(Self.page(of: origin, grant), in: "page")
                            try await browser.wait(for: Self.logged("failed"), in: "page")
                            #expect(try await browser.wait(for: Self.logged("socket"), in: "page") == ["refused"])
                        }
                    }
                }
            }
        }

        /// An application's page, with what the API has answered embedded.
        private static func page(of origin: String, _ grant: Grant) throws -> String {
            let answer = grant.answer.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            return "\(origin)/application.html#\(try BridgeError.require(answer, "the answer is no text"))"
        }

        private static func status(_ state: String) -> String {
            "document.querySelector('#status[data-state=\(state)]') !== null"
        }

        /// The texts of what the page has logged of a kind, once there are enough.
        private static func logged(_ kind: String, count: Int = 1) -> String {
            """
            ((all) => all.length >= \(count) && all)(\
            [...document.querySelectorAll('#log li[data-kind=\(kind)]')].map((li) => li.textContent))
            """
        }
    }
}
