import ArgumentParser
import Realtime

/// `grant`: makes a grant for one channel, for components, or for both.
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Make a grant for a user, and print its token."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var channel: ChannelOptions

    @Option(help: "The user.")
    var user: String

    @Option(help: "The application's session.")
    var session = "cli"

    @Option(help: "client, device or service.")
    var role: String?

    @Flag(name: .customLong("publish"), help: "Allow publishing to the channel's in topic too.")
    var mayPublish = false

    @Option(name: .customLong("send-to"), help: "A component that the user may send to; may be repeated.")
    var components: [String] = []

    @Option(help: "Seconds until it expires.")
    var ttl: Int64?

    func run() async throws {
        let rights = self.mayPublish ? ["subscribe", "publish"] : ["subscribe"]
        let access = try await self.server.client().grant(
            user: self.user,
            session: self.session,
            role: self.role,
            channels: try self.channel.channelIfNamed().map { [($0, rights)] } ?? [],
            components: self.components,
            lifetime: self.ttl
        )
        if self.server.json {
            StandardStream.output.write(access.answer)
        } else {
            StandardStream.output.write(access.token)
        }
    }
}
