import MQTTClient
import NIOCore
import Realtime

extension Selftest {
    /// Sends messages upstream and counts the answers; over HTTP several are under way side by side, without an order.
    func echo(
        _ transport: String,
        _ clock: EchoTimes,
        _ exchange: @escaping @Sendable (Arrivals) async throws -> Void
    ) async -> SelftestReport.Part {
        let arrivals = Arrivals(counts: [self.settings.echoes], patience: Self.patience)
        var failure: String?
        clock.begin()
        do {
            try await self.watching(arrivals) { try await exchange(arrivals) }
        } catch {
            failure = Self.words(error)
        }
        return SelftestReport.Part(
            name: "echo upstream",
            transport: transport,
            isOrdered: transport == "mqtt",
            tally: arrivals.snapshot.tallies[0],
            failure: failure
        )
    }

    func echoOverMQTT(as access: GrantedAccess, _ arrivals: Arrivals, _ clock: EchoTimes) async throws {
        try await access.withConnection { connection in
            try await connection.subscribe(["rt/\(access.site)/re/\(access.user)/-/#"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Both are cancelled once one has ended, and awaited by the group.
                group.addTask {
                    for try await message in connection.messages {
                        try self.take(Array(message.payload.readableBytesView), arrivals, clock)
                    }
                    throw CommandFailure("the bridge has ended the connection")
                }
                group.addTask {
                    let began = ContinuousClock.now
                    for number in 0..<self.settings.echoes {
                        let hasRoom = try await arrivals.wait { $0.tallies[0].ahead < self.settings.concurrency }
                        guard hasRoom else { return }
                        try await self.pace(number, since: began)
                        clock.ask(number)
                        arrivals.send(1, of: 0)
                        let request = "\(self.message.run)-m\(number)"
                        let answer = try await connection.publish(
                            topic: "rt/\(access.site)/up/\(access.user)/realtime_echo/\(request)",
                            payload: Array("\(number)".utf8),
                            qos: .atLeastOnce
                        )
                        if let answer, answer.reason.isError {
                            throw CommandFailure(answer.properties.reasonString ?? "refused: \(answer.reason)")
                        }
                    }
                    _ = try await arrivals.wait { $0.tallies[0].isComplete }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    func echoOverHTTP(as access: GrantedAccess, _ arrivals: Arrivals, _ clock: EchoTimes) async throws {
        let client = APIClient(url: self.client.url, key: access.token)
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<self.settings.echoes {
                if number >= self.settings.concurrency { try await group.next() }
                try await self.pace(number, since: began)
                clock.ask(number)
                arrivals.send(1, of: 0)
                // No more than `concurrency` at a time: above, one has to end before the next begins. Awaited below.
                group.addTask {
                    let reply = try await client.post("/v1/send/realtime_echo", Array("\(number)".utf8))
                    try self.take(reply, arrivals, clock)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until it is a message's turn, so that the bridge's limit of messages a second is kept.
    private func pace(_ number: Int, since began: ContinuousClock.Instant) async throws {
        try await Task.sleep(
            until: began + .seconds(1) * number / self.settings.echoRate, clock: .continuous)
    }

    private func take(_ reply: [UInt8], _ arrivals: Arrivals, _ clock: EchoTimes) throws {
        switch try ReplyBody.parse(reply, limit: reply.count) {
        case .success(let payload):
            let json = try JSONValue.parse(payload.bytes)
            guard let number = json["echo"]?.int64, let taken = json["receivedtime"]?.int64 else {
                throw CommandFailure("the bridge's answer is no echo")
            }
            clock.answer(Int(number), taken: taken)
            arrivals.receive(Int(number), of: 0)
        case .failure(let error):
            throw CommandFailure("\(error)")
        }
    }
}
