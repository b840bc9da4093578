import ArgumentParser
import MQTTClient
import Realtime

/// `tail`: subscribes to a channel and prints its events.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Subscribe to a channel and print one line of JSON an event, over reconnects too."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var channel: ChannelOptions

    @Option(help: "The user whose grant is used.")
    var user = "tail"

    @Option(help: "Begin after this position, EPOCH:SEQ, instead of now.")
    var since: String?

    @Option(help: "End after so many events.")
    var count: Int?

    func run() async throws {
        let since = try self.since.map { text in
            guard let position = Position(text) else { throw ValidationError("--since: must be EPOCH:SEQ") }
            return position
        }
        let access = try await self.server.client().grant(
            user: self.user,
            session: "tail",
            channels: [(try self.channel.channel(), ["subscribe"])],
            lifetime: Int64(Grant.maximumLifetime)
        )
        guard let granted = access.channels.first else {
            throw CommandFailure("the bridge's answer names no topic")
        }
        var tail = Tail(
            topic: granted.topic,
            position: since ?? granted.position.flatMap { Position($0) },
            remaining: self.count ?? .max
        )
        try await tail.run(with: access)
    }
}
