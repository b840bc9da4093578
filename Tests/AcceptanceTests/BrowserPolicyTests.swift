import Testing

extension Acceptance {
    /// What browsers and the bridge allow pages, and what they are told where it is not enough.
    @Suite struct BrowserPolicyTests {
        /// A page that may do nothing but what its policy names, without `unsafe-eval` and `unsafe-inline`.
        @Test(arguments: Page.Script.allCases)
        func aStrictContentSecurityPolicyIsEnough(_ script: Page.Script) async throws {
            let channel = Channel.unique()
            try await ApplicationServer.run { application in
                try await BridgeFolder.with(origins: [application.origin]) { folder in
                    // Browsers do not take the one for the other: a WebSocket's address stands for itself.
                    let socket = "ws://127.0.0.1:\(folder.ports.http)"
                    let policy = """
                        default-src 'none'; script-src 'self' \(folder.url); connect-src \(folder.url) \(socket)
                        """
                    try await folder.serve { bridge in
                        let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                        try await Browser.run { browser in
                            for transport in Page.Transport.allCases {
                                let page = try await Page.load(
                                    of: application, grant, in: browser, window: transport.rawValue,
                                    transports: [transport], script: script, policy: policy)
                                try await page.wait(for: "reply", count: 1)
                                try await bridge.api.notify(channel, .string(transport.rawValue))
                                let events = try await page.wait(for: "event", count: 1)
                                #expect(events.last?["payload"]?.string == transport.rawValue)
                                #expect(events.last?["transport"]?.string == transport.rawValue)
                                #expect(try await page.counts(["violation", "failed"]) == [0, 0])
                            }
                            // The policy is in force: what it does not name is refused.
                            let page = Page(browser: browser, window: Page.Transport.poll.rawValue)
                            try await page.run("fetch('/grant', { method: 'POST' }).catch(() => {})")
                            let violations = try await page.wait(for: "violation", count: 1)
                            #expect(violations.map { $0["violatedDirective"] } == ["connect-src"])
                        }
                    }
                }
            }
        }

        /// A page with the client, but of an origin that the bridge does not know.
        @Test func aPageOfAnotherOriginIsToldWhichSettingToChange() async throws {
            try await ApplicationServer.run { application in
                try await BridgeFolder.with(origins: ["https://www.example.org"]) { folder in
                    try await folder.serve { bridge in
                        let channel = Channel.unique()
                        let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                        try await Browser.run { browser in
                            let page = try await Page.load(
                                of: application, grant, in: browser, window: "page", script: .plain)
                            let line = try await bridge.program.line(containing: "a page of another origin was refused")
                            #expect(line.contains(application.origin))
                            #expect(line.contains(#"add it to "origins" in bridge.yaml"#), "\(line)")
                            let hint = try await browser.console(of: "page", saying: "add it to")
                            #expect(hint.contains(application.origin))
                            #expect(hint.contains("origins"))
                            try await bridge.api.notify(channel, "for others")
                            #expect(try await page.counts(["event", "reply"]) == [0, 0])
                            #expect(try await bridge.metric("realtime_connections") == 0)
                            #expect(try await bridge.metric("realtime_pulls") == 0)
                        }
                    }
                }
            }
        }
    }
}
