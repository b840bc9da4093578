/// MQTT 5's properties of one packet, in the order in which they are written (section 2.2.2).
///
/// One word; empty ones allocate nothing. Whether a packet may carry a property is checked when it is decoded or
/// written.
public struct Properties: Sendable, Equatable {
    private(set) var list: [Property] = []

    /// No properties.
    public init() {}

    /// Only user properties, in the given order.
    public init(userProperties: [(String, String)]) {
        self.userProperties = userProperties
    }

    /// Whether there are none.
    public var isEmpty: Bool { list.isEmpty }
}

extension Properties {
    mutating func append(_ property: Property) {
        list.append(property)
    }

    /// Replaces every property of that kind by one, or by none.
    mutating func set(_ identifier: PropertyIdentifier, to value: Property.Value?) {
        list.removeAll { $0.identifier == identifier }
        if let value { list.append(Property(identifier: identifier, value: value)) }
    }

    func first(_ identifier: PropertyIdentifier) -> Property.Value? {
        for property in list where property.identifier == identifier { return property.value }
        return nil
    }

    func integer(_ identifier: PropertyIdentifier) -> UInt32? {
        if case .integer(let value) = first(identifier) { value } else { nil }
    }

    func short(_ identifier: PropertyIdentifier) -> UInt16? {
        integer(identifier).map { UInt16(truncatingIfNeeded: $0) }
    }

    func flag(_ identifier: PropertyIdentifier) -> Bool? {
        integer(identifier).map { $0 != 0 }
    }

    func string(_ identifier: PropertyIdentifier) -> String? {
        if case .string(let value) = first(identifier) { value } else { nil }
    }

    mutating func set(_ identifier: PropertyIdentifier, integer value: (some FixedWidthInteger)?) {
        set(identifier, to: value.map { .integer(UInt32(truncatingIfNeeded: $0)) })
    }

    mutating func set(_ identifier: PropertyIdentifier, flag value: Bool?) {
        set(identifier, to: value.map { .integer($0 ? 1 : 0) })
    }

    mutating func set(_ identifier: PropertyIdentifier, string value: String?) {
        set(identifier, to: value.map { .string($0) })
    }
}
