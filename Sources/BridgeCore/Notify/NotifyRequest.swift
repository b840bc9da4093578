public import Realtime

/// A `notify` call in one of its forms: one event, one payload to many channels, or many events.
public struct NotifyRequest: Sendable {
    /// One event to be.
    public struct Item: Sendable {
        /// Where it goes.
        public let channel: Channel
        /// What it carries.
        public let payload: EventPayload
        /// The publisher's idempotency key.
        public let key: String?

        /// Creates an item.
        public init(channel: Channel, payload: EventPayload, key: String? = nil) {
            self.channel = channel
            self.payload = payload
            self.key = key
        }
    }

    /// The largest number of events of one call.
    public static let maximumItems = 1000

    /// What is asked for, or why an item cannot be read, in order.
    public let items: [Result<Item, RealtimeError>]
    /// The call names one channel and is answered with one position instead of a list.
    public let isSingle: Bool

    /// Creates a request for one event.
    public init(_ item: Item) {
        self.items = [.success(item)]
        self.isSingle = true
    }

    /// Reads a call's JSON.
    ///
    /// The `limit` is that of one payload, in bytes.
    ///
    /// - Throws: `payload_invalid` when it has none of the forms, `limit` when it has too many events, and in the form
    ///   for one event whatever is wrong with it.
    public init(json: JSONValue, limit: Int) throws(RealtimeError) {
        guard let members = json.members else { throw Self.malformed("the body must be a JSON object") }
        if let items = json["items"] {
            try Self.refuse(members, except: ["items"])
            guard let list = items.array else { throw Self.malformed("items must be a list") }
            try Self.checkCount(list.count)
            self.isSingle = false
            self.items = list.map { item in
                Result { () throws(RealtimeError) in try Self.item(item, limit: limit) }
            }
        } else if let channels = json["channels"] {
            try Self.refuse(members, except: ["channels", "payload", "key"])
            guard let list = channels.array else { throw Self.malformed("channels must be a list") }
            try Self.checkCount(list.count)
            let payload = try Self.payload(of: json, limit: limit)
            let key = try Self.key(of: json)
            self.isSingle = false
            self.items = list.map { channel in
                Result { () throws(RealtimeError) in
                    Item(channel: try Channel(json: channel), payload: payload, key: key)
                }
            }
        } else {
            self.isSingle = true
            self.items = [.success(try Self.item(json, limit: limit))]
        }
    }

    private static func item(_ json: JSONValue, limit: Int) throws(RealtimeError) -> Item {
        guard let members = json.members else { throw Self.malformed("an event must be a JSON object") }
        try Self.refuse(members, except: ["channel", "payload", "key"])
        guard let channel = json["channel"] else { throw Self.malformed("channel is missing") }
        return Item(
            channel: try Channel(json: channel),
            payload: try Self.payload(of: json, limit: limit),
            key: try Self.key(of: json)
        )
    }

    private static func payload(of object: JSONValue, limit: Int) throws(RealtimeError) -> EventPayload {
        guard let payload = object["payload"] else { throw Self.malformed("payload is missing") }
        return try EventPayload(payload, limit: limit)
    }

    private static func key(of object: JSONValue) throws(RealtimeError) -> String? {
        guard let key = object["key"], !key.isNull else { return nil }
        guard let text = key.string else { throw Self.malformed("key must be a string") }
        return text
    }

    private static func checkCount(_ count: Int) throws(RealtimeError) {
        guard count <= Self.maximumItems else {
            throw RealtimeError(.limit, "at most \(Self.maximumItems) events a call")
        }
    }

    private static func refuse(
        _ members: [JSONValue.Member],
        except known: Set<String>
    ) throws(RealtimeError) {
        for member in members where !known.contains(member.name) {
            throw Self.malformed("a member is not known; allowed: \(known.sorted().joined(separator: ", "))")
        }
    }

    private static func malformed(_ message: String) -> RealtimeError {
        RealtimeError(.payloadInvalid, message)
    }
}
