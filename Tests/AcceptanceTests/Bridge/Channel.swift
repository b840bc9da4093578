/// A channel, as the API takes it.
struct Channel: Hashable {
    var contextID: Int64 = 15
    var component = "mod_quiz"
    var area = "game"
    var itemID: Int64 = 0

    var json: JSON { .object(self.members) }

    var members: [String: JSON] {
        [
            "contextid": .int(self.contextID), "component": .string(self.component), "area": .string(self.area),
            "itemid": .int(self.itemID),
        ]
    }

    /// The channel as options of the command line.
    var options: [String] {
        [
            "--context", "\(self.contextID)", "--component", self.component, "--area", self.area, "--item",
            "\(self.itemID)",
        ]
    }

    /// A channel that no other test uses.
    static func unique() -> Channel {
        Channel(itemID: .random(in: 1...Int64.max))
    }

    /// A channel that no other test uses, in an area that keeps events in its own way.
    static func unique(onBoard area: String) -> Channel {
        Channel(component: "mod_board", area: area, itemID: .random(in: 1...Int64.max))
    }
}
