import Testing

extension Acceptance {
    /// The browser client behind a proxy that lets less and less through, and then everything again.
    @Suite struct BrowserFallbackTests {
        @Test func aPageFallsBackStepByStepAndReturnsWithoutLoss() async throws {
            let channel = Channel.unique(onBoard: "long")
            try await Self.page(on: channel) { page, proxy, bridge in
                try await page.wait(for: .websocket)
                let numbers = NumberSource(channel, of: bridge.api)
                async let publishing = numbers.run()

                try await proxy.block(.refuse)
                try await proxy.cut()
                try await page.wait(for: .stream)
                try await proxy.buffer()
                try await proxy.cut()
                try await page.wait(for: .poll)
                #expect(try await page.counts(["connection_lost", "connection_restored"]) == [2, 2])

                try await proxy.pass()
                // What a browser tells when its network has changed.
                try await page.run("dispatchEvent(new Event('online'))")
                try await page.wait(for: .websocket)
                let atReturn = numbers.published
                try await Deadline.poll("further events") { numbers.published >= atReturn + 20 }
                numbers.end()
                let count = try await publishing
                #expect(try await page.payloads(count) == (0..<count).map { .int(Int64($0)) })
                // The page was told of the cuts, and not of the return.
                let kinds = ["connection_lost", "connection_restored", "gap", "denied"]
                #expect(try await page.counts(kinds) == [2, 2, 0, 0])
                let used = try await page.transports(count).compactMap(\.string)
                #expect(Set(used).isSuperset(of: ["websocket", "stream", "poll"]))
                #expect(used.last == "websocket")
            }
        }

        /// Nothing tells the page that its WebSocket, and its stream, will never come to anything.
        @Test func aPageBeginsOnTheWorstNetworkAndReturnsWithoutLoss() async throws {
            let channel = Channel.unique(onBoard: "long")
            try await Self.page(
                on: channel,
                before: { proxy in
                    try await proxy.block(.swallow)
                    try await proxy.buffer()
                }
            ) { page, proxy, bridge in
                try await page.wait(for: .poll)
                let numbers = NumberSource(channel, of: bridge.api)
                async let publishing = numbers.run()
                _ = try await page.payloads(20)
                try await proxy.pass()
                try await page.run("dispatchEvent(new Event('online'))")
                try await page.wait(for: .websocket)
                let atReturn = numbers.published
                try await Deadline.poll("further events") { numbers.published >= atReturn + 20 }
                numbers.end()
                let count = try await publishing
                #expect(try await page.payloads(count) == (0..<count).map { .int(Int64($0)) })
                let kinds = ["connection_lost", "connection_restored", "gap", "denied"]
                #expect(try await page.counts(kinds) == [0, 0, 0, 0])
            }
        }

        /// Packets that come late and connections that are cut again and again change nothing but the time.
        @Test func aSlowNetworkThatIsCutLosesNothing() async throws {
            let channel = Channel.unique(onBoard: "long")
            try await Self.page(on: channel) { page, proxy, bridge in
                try await proxy.delay(milliseconds: 150)
                let numbers = NumberSource(channel, of: bridge.api, perCall: 5)
                async let publishing = numbers.run(through: 1000)
                for cut in 1...3 {
                    _ = try await page.payloads(cut * 100)
                    try await proxy.cut()
                }
                // Nobody answers for a while, whatever the page tries.
                try await proxy.refuse()
                try await proxy.cut()
                try await page.browser.wait(for: "rt.transport === null", in: page.window)
                try await proxy.pass()
                #expect(try await publishing == 1000)
                #expect(try await page.payloads(1000) == (0..<1000).map { .int($0) })
                let outages = try await page.counts(["connection_lost", "connection_restored"])
                #expect(outages[0] == outages[1] && outages[0] >= 1, "\(outages)")
                #expect(try await page.counts(["gap", "denied"]) == [0, 0])
            }
        }

        /// Opens one page that reaches the bridge through the proxy, which may be told something before.
        private static func page(
            on channel: Channel,
            before: (Proxy) async throws -> Void = { _ in },
            _ body: (Page, Proxy, RunningBridge) async throws -> Void
        ) async throws {
            try await PageScene.run(behindProxy: true) { scene in
                try await scene.folder.serve { bridge in
                    try await before(scene.proxy)
                    let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                    let page = try await Page.load(of: scene.application, grant, in: scene.browser, window: "page")
                    try await body(page, scene.proxy, bridge)
                }
            }
        }
    }
}
