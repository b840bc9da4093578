import ArgumentParser
import Realtime

/// A channel on the command line.
struct ChannelOptions: ParsableArguments {
    @Option(name: .customLong("context"), help: "The context's id.")
    var contextID: Int64

    @Option(help: "The component, such as mod_quiz.")
    var component: String

    @Option(help: "The area, such as game.")
    var area: String

    @Option(name: .customLong("item"), help: "The item's id.")
    var itemID: Int64 = 0

    @Option(help: "Further details of the channel.")
    var details = ""

    func channel() throws -> Channel {
        do {
            return try Channel(
                contextID: self.contextID,
                component: try ComponentName(self.component),
                area: self.area,
                itemID: self.itemID,
                details: self.details
            )
        } catch {
            throw ValidationError(error.message)
        }
    }
}
