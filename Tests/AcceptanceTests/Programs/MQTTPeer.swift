import Testing

/// A running MQTT client: commands go in, observations come out.
struct MQTTPeer {
    let kind: MQTTProgram
    let program: RunningProgram

    /// Connects to the edge and returns the CONNACK's code; ends the connection before, if there is one.
    func connect(to bridge: RunningBridge, user: String, password: String) async throws -> JSON? {
        let ports = bridge.folder.ports
        return try await self.connect(port: self.kind.isWebSocket ? ports.http : ports.mqtt, user, password)
    }

    /// Connects to any server and returns the CONNACK's code.
    func connect(port: Int, _ user: String, _ password: String) async throws -> JSON? {
        try await self.command(
            "connect",
            [
                "port": .int(Int64(port)), "transport": self.kind.isWebSocket ? "websockets" : "tcp",
                "version": self.kind.isV5 ? 5 : 4, "user": .string(user), "password": .string(password),
            ]
        )
        return try await self.next("connack")["code"]
    }

    /// Subscribes and returns the SUBACK's codes.
    func subscribe(_ topics: String...) async throws -> [JSON]? {
        try await self.command("subscribe", ["topics": .array(topics.map { .string($0) })])
        return try await self.next("suback")["codes"]?.array
    }

    /// Subscribes, with MQTT 5's user properties `since`, and returns what was observed of the SUBACK.
    func subscribe(_ topics: [String], since: [String]) async throws -> SubAck {
        try await self.command(
            "subscribe",
            ["topics": .array(topics.map { .string($0) }), "since": .array(since.map { .string($0) })]
        )
        return SubAck(try await self.next("suback"))
    }

    /// Has so many messages observed as runs of events, from here on.
    func collect(_ count: Int) async throws {
        try await self.command("collect", ["count": .int(Int64(count))])
    }

    /// Waits for what was to be collected.
    func collected() async throws -> [EventRun] {
        try await EventRun.collected(by: self.program)
    }

    /// Asks for what followed positions, as a user, and returns the channels of the answer.
    func history(of channels: [(hash: String, since: String)], user: String = "42") async throws -> [JSON] {
        let request = "h\(Int.random(in: 0..<Int.max))"
        #expect(try await self.subscribe("rt/demo/re/\(user)/-/\(request)") == [0])
        let asked = channels.map { channel -> JSON in ["hash": .string(channel.hash), "since": .string(channel.since)] }
        let body: JSON = ["channels": .array(asked)]
        try await self.publish("rt/demo/up/\(user)/realtime_history/\(request)", body.text)
        let reply = try await self.message(on: "rt/demo/re/\(user)/-/\(request)")
        return try BridgeError.require(reply["payload"]?["channels"]?.array, "history: \(reply.text)")
    }

    /// Publishes and returns what was observed of the PUBACK, for QoS 1.
    @discardableResult
    func publish(
        _ topic: String,
        _ payload: String,
        qos: Int64 = 1,
        properties: [String: JSON]? = nil
    ) async throws -> JSON {
        var command: [String: JSON] = ["topic": .string(topic), "payload": .string(payload), "qos": .int(qos)]
        if let properties { command["properties"] = .object(properties) }
        try await self.command("publish", command)
        return qos == 0 ? nil : try await self.next("puback")
    }

    /// Waits for the next message on a topic, which may end in `#`, and returns its payload.
    func message(on topic: String) async throws -> JSON {
        let observation = try await self.program.first("a message on \(topic)") { line -> JSON? in
            guard let observation = try? JSON(parsing: line), observation["seen"] == "message",
                let name = observation["topic"]?.string,
                topic.hasSuffix("#") ? name.hasPrefix(topic.dropLast()) : name == topic
            else { return nil }
            return observation
        }
        return try JSON(parsing: observation["payload"]?.string ?? "")
    }

    /// Waits for an observation.
    func next(_ kind: String) async throws -> JSON {
        try await self.program.first(kind) { line in
            guard let observation = try? JSON(parsing: line), observation["seen"]?.string == kind else { return nil }
            return observation
        }
    }

    private func command(_ name: String, _ members: [String: JSON]) async throws {
        try await self.program.write(JSON.object(members.merging(["do": .string(name)]) { $1 }).text)
    }
}
