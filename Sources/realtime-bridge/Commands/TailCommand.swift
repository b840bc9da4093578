import ArgumentParser
import MQTTClient
import NIOCore
import Realtime

/// `tail`: subscribes to a channel and prints its events.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Subscribe to a channel and print one line of JSON an event."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var channel: ChannelOptions

    @Option(help: "The user whose grant is used.")
    var user = "tail"

    @Option(help: "End after so many events.")
    var count: Int?

    func run() async throws {
        let client = try self.server.client()
        let channel = try self.channel.channel()
        let access = try await client.grant(
            user: self.user,
            session: "tail",
            channels: [(channel, ["subscribe"])],
            lifetime: Int64(Grant.maximumLifetime)
        )
        guard let topic = access.channels.first?.topic else {
            throw CommandFailure("the bridge's answer names no topic")
        }
        try await access.withConnection { connection in
            let answer = try await connection.subscribe([topic])
            guard answer.reasons.allSatisfy({ !$0.isError }) else {
                throw CommandFailure("the bridge refused the subscription: \(answer.reasons)")
            }
            StandardStream.error.write("listening on \(topic)")
            var remaining = self.count ?? .max
            for try await message in connection.messages {
                StandardStream.output.write(message.payload.readableBytesView)
                remaining -= 1
                if remaining <= 0 { return }
            }
        }
    }
}
