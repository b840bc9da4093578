/// The five fields that name a channel; equal where their bytes are.
public struct Channel: Hashable, Sendable {
    /// The most bytes that `area` may have.
    public static let maximumAreaBytes = 100
    /// The most bytes that `details` may have.
    public static let maximumDetailsBytes = 255

    /// The context within the application.
    public let contextID: Int64
    /// The component that the channel belongs to.
    public let component: ComponentName
    /// The part of the component: 1 to 100 bytes of `[A-Za-z0-9_-]`.
    public let area: String
    /// The item within the area, 0 where there is none.
    public let itemID: Int64
    /// Anything further: at most 255 bytes of UTF-8 without control characters, often empty.
    public let details: String

    /// Checks the fields and makes a channel of them.
    ///
    /// - Throws: `channelInvalid`; the message begins with the name of the field.
    public init(
        contextID: Int64,
        component: ComponentName,
        area: String,
        itemID: Int64,
        details: String = ""
    ) throws(RealtimeError) {
        guard ASCII.isLevel(area, limit: Self.maximumAreaBytes) else {
            throw RealtimeError(.channelInvalid, "area: an area is 1 to 100 characters of [A-Za-z0-9_-]")
        }
        guard details.utf8.count <= Self.maximumDetailsBytes else {
            throw RealtimeError(.channelInvalid, "channeldetails: at most 255 bytes")
        }
        guard !ASCII.containsControl(details) else {
            throw RealtimeError(.channelInvalid, "channeldetails: no control characters")
        }
        self.contextID = contextID
        self.component = component
        self.area = area
        self.itemID = itemID
        self.details = details
    }

    /// Checks the fields, the component's name among them, and makes a channel of them.
    ///
    /// - Throws: `channelInvalid`; the message begins with the name of the field.
    public init(
        contextID: Int64,
        component: String,
        area: String,
        itemID: Int64,
        details: String = ""
    ) throws(RealtimeError) {
        try self.init(
            contextID: contextID,
            component: ComponentName(component),
            area: area,
            itemID: itemID,
            details: details
        )
    }

    /// Compares bytes, because `String` takes the two forms of `é` for equal and their hashes differ.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.contextID == rhs.contextID && lhs.itemID == rhs.itemID && lhs.component == rhs.component
            && lhs.area == rhs.area && lhs.details.utf8.elementsEqual(rhs.details.utf8)
    }

    /// Feeds all five fields; the two forms of `é` may collide here and are told apart by `==`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.contextID)
        hasher.combine(self.component)
        hasher.combine(self.area)
        hasher.combine(self.itemID)
        hasher.combine(self.details)
    }
}
