import MQTTClient
import NIOCore
import Realtime

extension Selftest {
    /// Publishes what is planned, one plan after the other, and counts what comes.
    func deliver(_ plans: [Plan], over transport: SelftestTransport) async -> [SelftestReport.Part] {
        let arrivals = Arrivals(counts: plans.map(\.count), patience: Self.patience)
        var skipped: [Int: String] = [:]
        var failure: String?
        do {
            let receiver = try EventReceiver(access: try await self.access(role: nil), url: self.client.url)
            skipped = try await self.watching(arrivals) {
                try await withThrowingTaskGroup(of: [Int: String].self) { group in
                    // Both are cancelled once one has ended, and awaited by the group.
                    group.addTask {
                        try await receiver.receive(over: transport) {
                            arrivals.note { $0.isReady = true }
                        } take: {
                            try self.take($0, arrivals)
                        }
                        return [:]
                    }
                    group.addTask { try await self.publish(plans, on: receiver.access.site, arrivals) }
                    defer { group.cancelAll() }
                    // The receiver never ends but with an error.
                    return try await group.next() ?? [:]
                }
            }
        } catch {
            failure = Self.words(error)
        }
        let state = arrivals.snapshot
        return plans.indices.map { index in
            SelftestReport.Part(
                name: plans[index].name,
                transport: transport.rawValue,
                tally: state.tallies[index],
                failure: index < state.current ? nil : failure,
                skipped: skipped[index]
            )
        }
    }

    private func take(_ event: JSONValue, _ arrivals: Arrivals) throws {
        switch self.message.meaning(of: event) {
        case .message(let part, let number): arrivals.receive(number, of: part)
        case .end: arrivals.note { $0.hasEnded = true }
        case .closed(let reason): throw CommandFailure("the bridge has closed the channel: \(reason)")
        case .foreign: break
        }
    }

    /// Publishes every plan; returns which of them were left out and why.
    private func publish(_ plans: [Plan], on site: String, _ arrivals: Arrivals) async throws -> [Int: String] {
        guard try await arrivals.wait(until: { $0.isReady }) else {
            throw CommandFailure("nothing can be received: the bridge does not answer")
        }
        var skipped: [Int: String] = [:]
        for (part, plan) in plans.enumerated() {
            arrivals.note { $0.current = part }
            switch plan.way {
            case .notify: try await self.notify(plan.count, of: part, arrivals)
            case .service: skipped[part] = try await self.pushAsService(plan.count, of: part, arrivals)
            case .broker(let broker):
                try await self.push(plan.count, of: part, through: broker, on: site, arrivals)
            }
        }
        _ = try await self.client.post("/v1/notify", self.message.end())
        guard try await arrivals.wait(until: { $0.hasEnded }) else {
            throw CommandFailure("the event behind all others did not come")
        }
        return skipped
    }

    /// Publishes over HTTP, many a call, and no more ahead of what has come than the window.
    private func notify(_ count: Int, of part: Int, _ arrivals: Arrivals) async throws {
        for first in stride(from: 0, to: count, by: Self.batch) {
            let numbers = first..<min(first + Self.batch, count)
            let hasRoom = try await arrivals.wait { $0.tallies[part].ahead + numbers.count <= Self.window }
            guard hasRoom else { return }
            arrivals.send(numbers.count, of: part)
            let answer = try await self.client.post("/v1/notify", self.message.items(numbers, of: part))
            for result in try JSONValue.parse(answer)["results"]?.array ?? [] {
                guard let error = result["error"] else { continue }
                throw CommandFailure("\(error["code"]?.string ?? "refused"): \(error["message"]?.string ?? "")")
            }
        }
        _ = try await arrivals.wait { $0.tallies[part].isComplete }
    }

    /// Publishes as a service on the edge; returns why it was left out, if it was.
    private func pushAsService(_ count: Int, of part: Int, _ arrivals: Arrivals) async throws -> String? {
        let access: GrantedAccess
        do {
            access = try await self.access(role: "service")
        } catch let failure as CommandFailure where failure.code == "forbidden" {
            return "the API key lacks the role admin"
        }
        try await access.withConnection { connection in
            try await self.push(count, of: part, over: connection, as: access.user, on: access.site, arrivals)
        }
        return nil
    }

    /// Publishes through the broker, with a service's account there.
    private func push(
        _ count: Int,
        of part: Int,
        through broker: Broker,
        on site: String,
        _ arrivals: Arrivals
    ) async throws {
        // What every broker speaks.
        let options = ConnectOptions(version: .v3_1_1, username: broker.account, password: broker.password)
        do {
            try await MQTTConnection.withConnection(to: broker.endpoint, options: options) { connection in
                try await self.push(count, of: part, over: connection, as: broker.account, on: site, arrivals)
            }
        } catch let error as MQTTClientError {
            throw CommandFailure("the broker: \(error)")
        }
    }

    /// Publishes one message after the other, and hears what the bridge answers.
    private func push(
        _ count: Int,
        of part: Int,
        over connection: MQTTConnection,
        as account: String,
        on site: String,
        _ arrivals: Arrivals
    ) async throws {
        try await connection.subscribe(["rt/\(site)/reply/\(account)/#"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Reads answers until the publishing below ends, which cancels it; awaited by the group.
            group.addTask {
                for try await message in connection.messages {
                    let body = Array(message.payload.readableBytesView)
                    if case .failure(let error) = try ReplyBody.parse(body, limit: body.count) {
                        throw CommandFailure("\(error)")
                    }
                }
                throw CommandFailure("the bridge has ended the connection")
            }
            group.addTask {
                for number in 0..<count {
                    guard try await arrivals.wait(until: { $0.tallies[part].ahead < Self.window }) else { return }
                    arrivals.send(1, of: part)
                    let answer = try await connection.publish(
                        topic: "rt/\(site)/notify/\(account)/\(self.message.run)-\(part)-\(number)",
                        payload: self.message.item(number, of: part),
                        qos: .atLeastOnce
                    )
                    if let answer, answer.reason.isError {
                        throw CommandFailure(answer.properties.reasonString ?? "refused: \(answer.reason)")
                    }
                }
                _ = try await arrivals.wait { $0.tallies[part].isComplete }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
