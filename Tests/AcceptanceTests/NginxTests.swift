import Testing

extension Acceptance {
    /// Pages behind a default nginx with the configuration of `examples/nginx`, and with the largest grant that there is.
    @Suite struct NginxTests {
        @Test func everyTransportPassesWithTheLargestGrant() async throws {
            let channels = (1...120).map { Channel(component: "mod_board", area: "long", itemID: Int64.max - $0) }
            let chosen = [channels[0], channels[59], channels[119]]
            try await PageScene.run { scene in
                try await Nginx.run(to: scene.folder.ports.http) { url in
                    try scene.folder.publish(at: url)
                    var pages: [Page] = []
                    try await scene.folder.serve { bridge in
                        // Each channel's position becomes a number of several digits.
                        let all: JSON = ["channels": .array(channels.map(\.json)), "payload": "before"]
                        for _ in 1...12 { #expect(try await bridge.api.post("/v1/notify", all).status == 200) }
                        let grant = try await Self.largest(
                            try await bridge.api.grant(channels, components: ["realtime_echo"]),
                            key: scene.folder.clientKey)
                        #expect(grant.answer["urls"]?["http"]?.string == url)
                        #expect((7677...7680).contains(grant.token.utf8.count), "\(grant.token.utf8.count)")
                        pages = try await scene.openEach(grant)
                        try await Self.publish(on: chosen, from: 0, of: bridge, to: pages)
                        for page in pages {
                            #expect(try await page.counts(["connection_lost", "gap", "failed"]) == [0, 0, 0])
                        }
                    }
                    // What nginx answers meanwhile is a reason to try again, now from the positions of all channels.
                    for page in pages { try await page.wait(for: "connection_lost", count: 1) }
                    try await scene.folder.serve { bridge in
                        try await Self.publish(on: chosen, from: chosen.count, of: bridge, to: pages)
                        for page in pages {
                            try await page.wait(for: "connection_restored", count: 1)
                            let kinds = ["connection_lost", "gap", "denied", "failed"]
                            #expect(try await page.counts(kinds) == [1, 0, 0, 0], "\(page.window)")
                        }
                    }
                }
            }
        }

        /// The same grant with a token that is as long as one may be, signed as the application may itself.
        private static func largest(_ grant: Grant, key: BridgeFolder.GrantKey) async throws -> Grant {
            let parts = grant.token.split(separator: ".").map { String($0) }
            guard parts.count == 3, var claims = JSON(base64URL: parts[1])?.members, var answer = grant.answer.members
            else { throw BridgeError(description: "no token") }
            func token(_ length: Int) async throws -> String? {
                claims["filling"] = .string(String(repeating: "x", count: length))
                return try await Token.sign([Token(key, claims: claims)]).first
            }
            // Base64 makes four characters of three bytes.
            let shortest = try await token(0)?.utf8.count ?? 0
            answer["token"] = .string(try await token((7680 - shortest) * 3 / 4) ?? "")
            return try Grant(user: grant.user, answer: .object(answer))
        }

        /// Publishes one event after the other, each when the pages have the one before: none may be held back on its way.
        private static func publish(
            on channels: [Channel],
            from first: Int,
            of bridge: RunningBridge,
            to pages: [Page]
        ) async throws {
            for (number, channel) in channels.enumerated() {
                let count = first + number + 1
                try await bridge.api.notify(channel, .int(Int64(count)))
                for page in pages {
                    let events = try await page.wait(for: "event", count: count)
                    #expect(events.map { $0["payload"] } == (1...count).map { .int(Int64($0)) }, "\(page.window)")
                    #expect(events.last?["transport"]?.string == page.window)
                }
            }
        }

        /// The numbers of a bridge are for its own machine, which every request through nginx seems to come from.
        @Test func theNumbersStayInside() async throws {
            try await BridgeFolder.with { folder in
                try await Nginx.run(to: folder.ports.http) { url in
                    try await folder.serve { bridge in
                        let outside = API(url: url, key: nil)
                        let inside = try await bridge.api(key: nil).get("/metrics").status
                        #expect(inside == 200)
                        #expect(try await outside.get("/healthz").status == 200)
                        #expect(try await outside.get("/metrics").status == 403)
                    }
                }
            }
        }
    }
}
