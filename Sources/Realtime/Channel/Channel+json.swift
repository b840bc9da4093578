extension Channel {
    /// Reads a channel from a JSON object; 64-bit integers may be numbers or strings of digits in canonical form.
    ///
    /// - Parameters:
    ///   - json: The object with `contextid`, `component`, `area`, `itemid` and optionally `channeldetails`.
    ///   - others: Names of further members that the caller reads itself; any other member is refused.
    /// - Throws: `channelInvalid`; the message begins with the name of the field.
    public init(json: JSONValue, ignoring others: [String] = []) throws(RealtimeError) {
        guard let members = json.members else {
            throw RealtimeError(.channelInvalid, "channel: must be an object")
        }
        var contextID: Int64?
        var component: ComponentName?
        var area: String?
        var itemID: Int64?
        var details = ""
        for member in members {
            switch member.name {
            case "contextid": contextID = try Self.integer(member)
            case "component": component = try ComponentName(Self.string(member))
            case "area": area = try Self.string(member)
            case "itemid": itemID = try Self.integer(member)
            case "channeldetails": details = try Self.string(member)
            case let name where others.contains(name): continue
            default: throw RealtimeError(.channelInvalid, "channel: has a member that a channel does not have")
            }
        }
        guard let contextID else { throw Self.missing("contextid") }
        guard let component else { throw Self.missing("component") }
        guard let area else { throw Self.missing("area") }
        guard let itemID else { throw Self.missing("itemid") }
        try self.init(contextID: contextID, component: component, area: area, itemID: itemID, details: details)
    }

    /// Writes the five members into the object that the writer is in, 64-bit integers beyond 2^53-1 as strings.
    public func appendMembers(to writer: inout JSONWriter) {
        writer.key("contextid")
        writer.portableInt(self.contextID)
        writer.key("component")
        writer.string(self.component.rawValue)
        writer.key("area")
        writer.string(self.area)
        writer.key("itemid")
        writer.portableInt(self.itemID)
        writer.key("channeldetails")
        writer.string(self.details)
    }

    private static func missing(_ name: String) -> RealtimeError {
        RealtimeError(.channelInvalid, "\(name): is missing")
    }

    private static func string(_ member: JSONValue.Member) throws(RealtimeError) -> String {
        guard let text = member.value.string else {
            throw RealtimeError(.channelInvalid, "\(member.name): must be a string")
        }
        return text
    }

    private static func integer(_ member: JSONValue.Member) throws(RealtimeError) -> Int64 {
        if let number = member.value.portableInt64 { return number }
        throw RealtimeError(
            .channelInvalid,
            "\(member.name): must be a signed 64-bit integer, as a number or a string of digits"
        )
    }
}
