import Testing

extension Acceptance {
    /// The page `/test` in Chromium.
    @Suite(.bridge) struct TestPageTests {
        private static let page = "page"

        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: ["", "websocket", "stream", "poll"])
        func aBurstOfTenThousandArrives(transport: String) async throws {
            try await self.connected(over: transport) { browser in
                try await Self.run("burst", count: 10_000, in: browser)
                #expect(try await Self.figures(in: browser) == ["10,000", "10,000", "0", "0", "0"])
                // The client tells its transport from the version on that has more than one.
                let used = try await Self.text("used", in: browser)
                #expect(used == "–" || used == (transport.isEmpty ? "websocket" : transport))
                #expect(
                    try await browser.wait(for: "document.querySelectorAll('#chart rect.median').length", in: Self.page)
                        == 60)
            }
        }

        @Test func oneEventAPushAndEchoesArrive() async throws {
            try await self.connected { browser in
                try await Self.run("one", in: browser)
                #expect(try await Self.figures(in: browser) == ["1", "1", "0", "0", "0"])
                try await Self.run("push", count: 200, in: browser)
                #expect(try await Self.figures(in: browser) == ["200", "200", "0", "0", "0"])
                #expect(try await Self.text("transit", in: browser)?.contains("±") == true)
                try await Self.run("echo", count: 30, in: browser)
                #expect(try await Self.figures(in: browser) == ["30", "30", "0", "0", "–"])
                #expect(try await Self.text("clock", in: browser)?.contains("±") == true)
                let rows = "[...document.querySelectorAll('#runs tr')].map((row) => row.dataset.state)"
                #expect(try await browser.wait(for: rows, in: Self.page) == ["good", "good", "good"])
            }
        }

        @Test func whatTheBridgeRefusesIsShown() async throws {
            try await Browser.run { browser in
                try await browser.open(self.bridge.url + "/test", in: Self.page)
                try await browser.type("no key", into: "key", of: Self.page)
                try await browser.click("connect", of: Self.page)
                try await browser.wait(for: Self.shows("problem", "unauthorized"), in: Self.page)
                // It may be tried again, and this time with a key that may not do everything.
                try await browser.type(BridgeFolder.quizKey, into: "key", of: Self.page)
                try await browser.click("connect", of: Self.page)
                try await browser.wait(for: Self.enabled("push"), in: Self.page)
                try await browser.click("push", of: Self.page)
                try await browser.wait(for: Self.shows("verdict", "forbidden"), in: Self.page)
            }
        }

        @Test func theKeyIsKeptNowhere() async throws {
            try await self.connected { browser in
                let kept = """
                    JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}, \
                    [...document.querySelectorAll('input')].map((input) => input.value)])
                    """
                let text = try #require(try await browser.wait(for: kept, in: Self.page)?.string)
                #expect(!text.contains(self.bridge.folder.apiKey))
                #expect(text.contains("/test"))
                try await browser.click("disconnect", of: Self.page)
                try await browser.wait(for: Self.shows("status", "Not connected"), in: Self.page)
                #expect(
                    try await browser.wait(for: "[document.getElementById('one').disabled]", in: Self.page) == [true])
            }
        }

        @Test func itSaysThatTheConnectionIsLostAndBack() async throws {
            try await BridgeFolder.with { folder in
                try await Browser.run { browser in
                    try await folder.serve { bridge in
                        try await Self.connect(browser, to: bridge)
                    }
                    try await browser.wait(for: Self.shows("log", "Lost:"), in: Self.page)
                    try await folder.serve { _ in
                        try await browser.wait(for: Self.shows("log", "Restored"), in: Self.page)
                        try await Self.run("burst", count: 1000, in: browser)
                        #expect(try await Self.figures(in: browser) == ["1,000", "1,000", "0", "0", "0"])
                    }
                }
            }
        }

        /// The page, connected over a transport; none leaves the choice to the client.
        private func connected(over transport: String = "", _ body: (Browser) async throws -> Void) async throws {
            try await Browser.run { browser in
                try await Self.connect(browser, to: self.bridge, over: transport)
                try await body(browser)
            }
        }

        private static func connect(
            _ browser: Browser,
            to bridge: RunningBridge,
            over transport: String = ""
        ) async throws {
            try await browser.open(bridge.url + "/test", in: Self.page)
            let choice = "document.getElementById('transport')"
            try await browser.wait(for: "[\(choice).value = '\(transport)']", in: Self.page)
            #expect(try await browser.wait(for: "[\(choice).value]", in: Self.page) == [.string(transport)])
            try await browser.type(bridge.folder.apiKey, into: "key", of: Self.page)
            try await browser.click("connect", of: Self.page)
            try await browser.wait(for: Self.enabled("one"), in: Self.page)
        }

        /// Presses a button, and waits until everything has come, or the page says that it has not.
        private static func run(_ button: String, count: Int? = nil, in browser: Browser) async throws {
            if let count {
                let field = "document.getElementById('\(button)-count')"
                try await browser.wait(for: "\(field).valueAsNumber = \(count)", in: Self.page)
            }
            try await browser.click(button, of: Self.page)
            let verdict = "document.querySelector('#verdict[data-state=good], #verdict[data-state=bad]')"
            let state = try await browser.wait(for: "\(Self.enabled(button)) && \(verdict)?.textContent", in: Self.page)
            #expect(state?.string?.hasPrefix("All received, once") == true, "\(state?.string ?? "")")
        }

        /// Sent, received, lost, doubled, out of order.
        private static func figures(in browser: Browser) async throws -> JSON? {
            let ids = "['sent', 'received', 'lost', 'doubled', 'disorder']"
            return try await browser.wait(
                for: "\(ids).map((id) => document.getElementById(id).textContent)", in: Self.page)
        }

        private static func text(_ element: String, in browser: Browser) async throws -> String? {
            try await browser.wait(for: "document.getElementById('\(element)').textContent", in: Self.page)?.string
        }

        private static func shows(_ element: String, _ text: String) -> String {
            "document.getElementById('\(element)').textContent.includes('\(text)')"
        }

        private static func enabled(_ button: String) -> String {
            "!document.getElementById('\(button)').disabled"
        }
    }
}
