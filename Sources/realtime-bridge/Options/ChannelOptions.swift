import ArgumentParser
import Realtime

/// A channel on the command line.
struct ChannelOptions: ParsableArguments {
    @Option(name: .customLong("context"), help: "The context's id.")
    var contextID: Int64?

    @Option(help: "The component, such as mod_quiz.")
    var component: String?

    @Option(help: "The area, such as game.")
    var area: String?

    @Option(name: .customLong("item"), help: "The item's id.")
    var itemID: Int64 = 0

    @Option(help: "Further details of the channel.")
    var details = ""

    /// The channel, for commands that need one.
    func channel() throws -> Channel {
        guard let channel = try self.channelIfNamed() else {
            throw ValidationError("Missing expected arguments '--context', '--component' and '--area'")
        }
        return channel
    }

    /// The channel; `nil` where no option names one.
    func channelIfNamed() throws -> Channel? {
        guard self.contextID != nil || self.component != nil || self.area != nil else { return nil }
        guard let contextID, let component, let area else {
            throw ValidationError("A channel needs '--context', '--component' and '--area'")
        }
        do {
            return try Channel(
                contextID: contextID,
                component: try ComponentName(component),
                area: area,
                itemID: self.itemID,
                details: self.details
            )
        } catch {
            throw ValidationError(error.message)
        }
    }
}
