/// A set of property identifiers as bits of one word: the greatest identifier is 0x2A.
struct PropertySet: Sendable {
    private var bits: UInt64 = 0

    init() {}

    init(_ identifiers: PropertyIdentifier...) {
        for identifier in identifiers { insert(identifier) }
    }

    func contains(_ identifier: PropertyIdentifier) -> Bool {
        bits & (1 << UInt64(identifier.rawValue)) != 0
    }

    /// Adds `identifier`; false when it was there already.
    @discardableResult
    mutating func insert(_ identifier: PropertyIdentifier) -> Bool {
        defer { bits |= 1 << UInt64(identifier.rawValue) }
        return !contains(identifier)
    }
}
