import ArgumentParser
import MQTTClient
import NIOCore
import Realtime

/// `send`: sends a component a message and prints its reply.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send a message to a component as a user, and print the reply's payload."
    )

    @OptionGroup var server: ServerOptions

    @Argument(help: "The component, such as mod_quiz.")
    var component: String

    @Argument(help: "The payload: JSON.")
    var payload: String

    @Option(help: "The user.")
    var user: String

    @Option(help: "Seconds to wait for the reply.")
    var timeout: Int = 10

    func run() async throws {
        let payload: EventPayload
        do {
            _ = try ComponentName(self.component)
            payload = try EventPayload(json: Array(self.payload.utf8), limit: 8 << 20)
        } catch {
            throw ValidationError(error.message)
        }
        let access = try await self.server.client().grant(
            user: self.user, session: "send", components: [self.component])
        let reply = try await access.withConnection { connection in
            try await self.exchange(payload, over: connection, as: access)
        }
        switch try ReplyBody.parse(reply, limit: 16 << 20) {
        case .success(let answer):
            StandardStream.output.write(self.server.json ? reply : answer.bytes)
        case .failure(let error):
            if self.server.json { StandardStream.output.write(reply) }
            throw CommandFailure("\(error)")
        }
    }

    private func exchange(
        _ payload: EventPayload,
        over connection: MQTTConnection,
        as access: GrantedAccess
    ) async throws -> [UInt8] {
        let request = Base64URL.encode([UInt8].random(count: 16))
        try await connection.subscribe(["rt/\(access.site)/re/\(access.user)/-/#"])
        let acknowledgement = try await connection.publish(
            topic: "rt/\(access.site)/up/\(access.user)/\(self.component)/\(request)",
            payload: payload.bytes,
            qos: .atLeastOnce
        )
        if let acknowledgement, acknowledgement.reason.isError {
            throw CommandFailure(acknowledgement.properties.reasonString ?? "refused: \(acknowledgement.reason)")
        }
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                for try await message in connection.messages
                where String(buffer: message.topic).hasSuffix("/\(request)") {
                    return Array(message.payload.readableBytesView)
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(self.timeout))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let reply = first else {
                throw CommandFailure("no reply came within \(self.timeout) s")
            }
            return reply
        }
    }
}
