/// Finds a member's name that occurs twice, comparing bytes: `String` takes the two forms of `é` for equal.
struct JSONMemberNames {
    // A handful of names is compared one by one; beyond that a set keeps a hostile object from costing quadratic time.
    private static let linearLimit = 12
    private var seen: Set<[UInt8]> = []

    /// Takes a further name; false where one of the members already has it.
    mutating func insert(_ name: String, besides members: [JSONValue.Member]) -> Bool {
        if members.count < Self.linearLimit {
            return !members.contains { $0.name.utf8.elementsEqual(name.utf8) }
        }
        if self.seen.isEmpty {
            for member in members { self.seen.insert(Array(member.name.utf8)) }
        }
        return self.seen.insert(Array(name.utf8)).inserted
    }
}
