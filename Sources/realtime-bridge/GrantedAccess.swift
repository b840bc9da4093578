import Realtime

/// What a client command needs of the answer of `POST /v1/grants`.
struct GrantedAccess {
    /// The whole answer, as it came.
    let answer: [UInt8]
    let token: String
    let user: String
    let site: String
    let expires: Int64
    let webSocketURL: String
    /// The channels' topics and positions, in the order asked for.
    let channels: [(topic: String, hash: String, position: String?)]

    init(answer: [UInt8]) throws {
        let json = try JSONValue.parse(answer)
        guard let token = json["token"]?.string, let user = json["user"]?.string, let site = json["site"]?.string,
            let expires = json["expires"]?.int64, let url = json["urls"]?["websocket"]?.string,
            let channels = json["channels"]?.array
        else { throw CommandFailure("the bridge's answer is not a grant") }
        self.answer = answer
        self.token = token
        self.user = user
        self.site = site
        self.expires = expires
        self.webSocketURL = url
        self.channels = channels.compactMap { channel in
            guard let topic = channel["topic"]?.string, let hash = channel["hash"]?.string else { return nil }
            return (topic, hash, channel["position"]?.string)
        }
    }
}
