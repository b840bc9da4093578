import Testing

extension Acceptance {
    /// What happens to pages: their machine sleeps, nobody looks at them, there are several of them.
    @Suite struct BrowserLifeTests {
        /// Timers of a page that nobody looks at run once a minute, after five minutes by default; here after 10 seconds.
        private static let throttled = [
            "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10",
            "--intensive-wake-up-throttling-policy=force-enable",
        ]

        /// The pages stand still while events come; then the network forgets their connections and tells nobody.
        @Test func aPageThatHasSleptGoesOnFromItsPosition() async throws {
            let channel = Channel.unique(onBoard: "long")
            try await Self.pages(on: channel) { pages, proxy, bridge in
                try await bridge.api.notify(channel, all: (0..<10).map { .int($0) })
                for page in pages { try await page.wait(for: "event", count: 10) }
                for page in pages { try await page.browser.freeze(page.window) }
                try await bridge.api.notify(channel, all: (10..<100).map { .int($0) })
                try await proxy.hang()
                try await Deadline.poll("the bridge knows nobody any more") {
                    let sockets = try await bridge.metric("realtime_connections")
                    return try await bridge.metric("realtime_pulls") == 0 && sockets == 0
                }
                try await bridge.api.notify(channel, all: (100..<200).map { .int($0) })
                for page in pages { try await page.browser.resume(page.window) }
                for page in pages {
                    #expect(try await page.payloads(200) == (0..<200).map { .int($0) }, "\(page.window)")
                    #expect(try await page.counts(["gap", "denied"]) == [0, 0], "\(page.window)")
                }
                try await bridge.api.notify(channel, 200)
                for page in pages {
                    #expect(try await page.payloads(201).last == 200, "\(page.window)")
                    let outages = try await page.counts(["connection_lost", "connection_restored"])
                    #expect(outages[0] == outages[1] && outages[0] <= 1, "\(page.window): \(outages)")
                }
            }
        }

        /// For longer than two of the bridge's pings, while nothing else is said.
        @Test func aHiddenPageKeepsItsConnection() async throws {
            let channel = Channel.unique()
            try await Self.pages(on: channel, Self.throttled) { pages, _, bridge in
                for page in pages {
                    try await page.run("setInterval(() => record('tick'), 1000)")
                    try await page.browser.hide(page.window)
                    try await page.browser.wait(for: "document.visibilityState === 'hidden'", in: page.window)
                }
                let accepted = try await bridge.metric("realtime_connections_accepted_total")
                let end = ContinuousClock.now + .seconds(55)
                try await Deadline.poll("two pings", within: .seconds(90)) { ContinuousClock.now >= end }
                #expect(try await bridge.metric("realtime_connections") == 1)
                #expect(try await bridge.metric("realtime_connections_accepted_total") == accepted)
                try await bridge.api.notify(channel, "for the hidden")
                for page in pages {
                    #expect(try await page.payloads(1) == ["for the hidden"], "\(page.window)")
                    #expect(
                        try await page.counts(["connection_lost", "gap", "denied"]) == [0, 0, 0], "\(page.window)")
                    // The browser has slowed the page down, or this would show nothing.
                    #expect(try await page.counts(["tick"])[0] < 30, "\(page.window)")
                }
            }
        }

        @Test func twoTabsOfOneUserGetEverything() async throws {
            let channel = Channel.unique(onBoard: "long")
            let numbers = (0..<300).map { JSON.int($0) }
            try await PageScene.run { scene in
                try await scene.folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                    let one = try await scene.open("one", grant)
                    let other = try await scene.open("other", grant)
                    for page in [one, other] { try await page.wait(for: .websocket) }
                    try await bridge.api.notify(channel, all: Array(numbers.prefix(200)))
                    for page in [one, other] {
                        #expect(try await page.payloads(200) == Array(numbers.prefix(200)), "\(page.window)")
                        try await page.run("ask(3)")
                        #expect(try await page.wait(for: "reply", count: 4).map { $0["echo"] } == [0, 0, 1, 2])
                    }
                    try await one.browser.close(one.window)
                    try await Deadline.poll("one is gone") { try await bridge.metric("realtime_connections") == 1 }
                    try await bridge.api.notify(channel, all: Array(numbers.suffix(100)))
                    #expect(try await other.payloads(300) == numbers)
                    #expect(try await other.counts(["connection_lost", "gap", "denied", "failed"]) == [0, 0, 0, 0])
                }
            }
        }

        /// Opens a page for each transport behind a proxy.
        private static func pages(
            on channel: Channel,
            _ arguments: [String] = [],
            _ body: ([Page], Proxy, RunningBridge) async throws -> Void
        ) async throws {
            try await PageScene.run(behindProxy: true, browser: arguments) { scene in
                try await scene.folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                    try await body(try await scene.openEach(grant), scene.proxy, bridge)
                }
            }
        }
    }
}
