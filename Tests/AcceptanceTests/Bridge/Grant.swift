/// A grant, as the API gives it.
struct Grant {
    let user: String
    let token: String
    /// The channels' hashes, in the order asked for.
    let hashes: [String]
    /// Where the channels stood when it was made; none where it was made without.
    let positions: [String]
    /// The whole answer.
    let answer: JSON

    init(user: String, answer: JSON) throws {
        self.user = user
        self.token = try BridgeError.require(answer["token"]?.string, "grant: \(answer.text)")
        self.hashes = answer["channels"]?.array?.compactMap { $0["hash"]?.string } ?? []
        self.positions = answer["channels"]?.array?.compactMap { $0["position"]?.string } ?? []
        self.answer = answer
    }

    /// The topics of the channels' events.
    var topics: [String] { self.hashes.map { "rt/demo/ch/\($0)" } }
}
