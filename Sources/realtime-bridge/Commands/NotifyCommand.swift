import ArgumentParser
import Realtime

/// `notify`: publishes one event.
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Publish an event to a channel, and print its position."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var channel: ChannelOptions

    @Option(help: "An idempotency key: within ten minutes the same key is the same event.")
    var key: String?

    @Argument(help: "The payload: JSON.")
    var payload: String

    func run() async throws {
        let channel = try self.channel.channel()
        let payload: EventPayload
        do {
            payload = try EventPayload(json: Array(self.payload.utf8), limit: 8 << 20)
        } catch {
            throw ValidationError("the payload is not JSON: \(error.message)")
        }
        var body = JSONWriter()
        body.object { json in
            json.key("channel")
            json.object { channel.appendMembers(to: &$0) }
            if let key {
                json.key("key")
                json.string(key)
            }
            json.key("payload")
            json.raw(payload.bytes)
        }
        let answer = try await self.server.client().post("/v1/notify", body.bytes)
        if self.server.json {
            StandardStream.output.write(answer)
        } else {
            StandardStream.output.write(try JSONValue.parse(answer)["position"]?.string ?? "")
        }
    }
}
