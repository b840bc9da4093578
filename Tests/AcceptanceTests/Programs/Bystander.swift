import Testing

/// A subscriber that has nothing to do with whatever goes wrong beside it.
enum Bystander {
    /// Subscribes to a channel and its own replies, runs the body, which gets the channel's hash, and then expects one
    /// event and nothing else.
    static func watch(
        _ bridge: RunningBridge,
        _ body: @escaping @Sendable (_ hash: String) async throws -> Void
    ) async throws {
        let channel = Channel.unique()
        let grant = try await bridge.api.grant(user: "bystander", [channel])
        try await RawConnection.open("the bystander", port: bridge.folder.ports.mqtt) { connection in
            let client = RawClient(connection, version: 4)
            try await client.connect(grant.token)
            let filters = [grant.topics[0], "rt/demo/re/bystander/-/#"].map { Array($0.utf8) }
            await connection.send(MQTTBytes.subscribe(filters, 4))
            #expect(await client.next() == .suback([0, 0]))

            try await body(grant.hashes[0])

            try await bridge.api.notify(channel, "as before")
            guard case .message(grant.topics[0], let event)? = await client.next() else {
                Issue.record("the bystander got something else than its event")
                return
            }
            #expect(try JSON(parsing: event)["payload"] == "as before")
            #expect(await client.untilPong() == [.pingresp])
        }
    }
}
