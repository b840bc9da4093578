/// What a client has observed of a SUBACK.
struct SubAck: Hashable {
    let codes: [JSON]
    /// The user properties `position` and `recovered`, in the order in which they came.
    let positions: [String]
    let recovered: [String]

    init(_ observation: JSON) {
        self.codes = observation["codes"]?.array ?? []
        let properties = observation["properties"]?.array?.compactMap(\.array) ?? []
        func values(of name: JSON) -> [String] {
            properties.filter { $0.first == name }.compactMap { $0.last?.string }
        }
        self.positions = values(of: "position")
        self.recovered = values(of: "recovered")
    }
}
