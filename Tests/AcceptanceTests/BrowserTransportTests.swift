import Foundation
import Testing

extension Acceptance {
    /// The browser client in Chromium with each transport forced: three pages of one user side by side.
    @Suite struct BrowserTransportTests {
        @Test func aBurstComesOnceAndInOrder() async throws {
            let channel = Channel.unique(onBoard: "long")
            let numbers = (0..<1000).map { JSON.int($0) }
            try await PageScene.run { scene in
                try await scene.folder.serve { bridge in
                    let pages = try await scene.openEach(
                        try await bridge.api.grant([channel], components: ["realtime_echo"]))
                    for page in pages { try await page.run("ask(20)") }
                    try await bridge.api.notify(channel, all: numbers)
                    for (transport, page) in zip(Page.Transport.allCases, pages) {
                        #expect(try await page.payloads(1000) == numbers, "\(transport)")
                        let replies = try await page.wait(for: "reply", count: 21)
                        #expect(replies.map { $0["echo"] } == [0] + numbers.prefix(20), "\(transport)")
                        let used = try await page.transports(1000) + replies.compactMap { $0["transport"] }
                        #expect(used.allSatisfy { $0.string == transport.rawValue }, "\(transport)")
                        let others = ["gap", "denied", "failed", "connection_lost", "connection_restored"]
                        #expect(try await page.counts(others) == [0, 0, 0, 0, 0], "\(transport)")
                    }
                }
            }
        }

        /// The bridge is killed while an application publishes, which repeats what was not acknowledged.
        @Test func nothingIsMissedWhenTheBridgeIsKilled() async throws {
            let channel = Channel.unique(onBoard: "long")
            let count = 500
            try await PageScene.run { scene in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var opened: [Page] = []
                    try await scene.folder.serve { bridge in
                        opened = try await scene.openEach(
                            try await bridge.api.grant([channel], components: ["realtime_echo"]))
                        let numbers = NumberSource(channel, of: scene.folder.api, perCall: 5)
                        group.addTask { _ = try await numbers.run(through: count) }
                        for page in opened { _ = try await page.payloads(50) }
                        #expect(kill(bridge.program.processID, SIGKILL) == 0)
                        try await bridge.program.ended()
                        for page in opened { try await page.wait(for: "connection_lost", count: 1) }
                    }
                    try await scene.folder.serve { _ in
                        try await group.waitForAll()
                        for (transport, page) in zip(Page.Transport.allCases, opened) {
                            let payloads = try await page.payloads(count)
                            #expect(payloads == (0..<count).map { .int(Int64($0)) }, "\(transport)")
                            try await page.wait(for: "connection_restored", count: 1)
                            let kinds = ["gap", "denied", "connection_lost", "connection_restored"]
                            #expect(try await page.counts(kinds) == [0, 0, 1, 1], "\(transport)")
                        }
                    }
                }
            }
        }

        /// The grants run out while an application publishes; the pages ask it for others ahead of that.
        @Test func expiringGrantsAreRenewedWithoutLoss() async throws {
            let channel = Channel.unique(onBoard: "long")
            let request = API.grantRequest([channel], components: ["realtime_echo"])
            // Pages renew when a fifth of it is left: seconds enough for a browser on a busy machine.
            let asked = JSON.object((request.members ?? [:]).merging(["ttl": 20]) { $1 })
            try await PageScene.run { scene in
                try await scene.folder.serve { bridge in
                    var pages: [Page] = []
                    var expires: Int64 = 0
                    for transport in Page.Transport.allCases {
                        let grant = try await scene.application.grants(of: scene.folder, asked)
                        expires = try #require(grant.answer["expires"]?.int)
                        pages.append(try await scene.open(transport.rawValue, grant, transports: [transport]))
                    }
                    let numbers = NumberSource(channel, of: scene.folder.api)
                    async let publishing = numbers.run()
                    for page in pages {
                        try await page.wait(for: "renewed", count: 1)
                        try await scene.browser.wait(for: "Date.now() > \(expires + 1) * 1000", in: page.window)
                    }
                    let atExpiry = numbers.published
                    try await Deadline.poll("further events") { numbers.published >= atExpiry + 20 }
                    numbers.end()
                    let count = try await publishing
                    for page in pages {
                        #expect(try await page.payloads(count) == (0..<count).map { .int(Int64($0)) }, "\(page.window)")
                        // Once, for everything that the page does with it.
                        #expect(try await page.wait(for: "renewed", count: 1).map { $0["status"] } == [200])
                        #expect(
                            try await page.counts(["gap", "denied", "connection_lost"]) == [0, 0, 0], "\(page.window)")
                        try await page.run("ask(1)")
                        try await page.wait(for: "reply", count: 2)
                    }
                }
            }
        }

        @Test func closingLeavesNothingBehind() async throws {
            let channel = Channel.unique()
            try await PageScene.run { scene in
                try await scene.folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel], components: ["realtime_echo"])
                    let pages = try await scene.openEach(grant)
                    try await Deadline.poll("a socket, and a stream and a poll") {
                        let sockets = try await bridge.metric("realtime_connections")
                        return try await bridge.metric("realtime_pulls") == 2 && sockets == 1
                    }
                    // One after the other: what the others get shows that they go on.
                    for (number, page) in pages.enumerated() {
                        try await bridge.api.notify(channel, .int(Int64(number)))
                        for other in pages[number...] { try await other.wait(for: "event", count: number + 1) }
                        try await page.run("rt.close()")
                    }
                    try await Deadline.poll("nobody is connected") {
                        let sockets = try await bridge.metric("realtime_connections")
                        return try await bridge.metric("realtime_pulls") == 0 && sockets == 0
                    }
                    try await bridge.api.notify(channel, "for nobody")
                    for (number, page) in pages.enumerated() {
                        let kinds = ["event", "connection_lost", "denied", "failed"]
                        #expect(try await page.counts(kinds) == [Int64(number) + 1, 0, 0, 0])
                        try await page.browser.wait(for: "rt.transport === null", in: page.window)
                    }
                }
            }
        }
    }
}
