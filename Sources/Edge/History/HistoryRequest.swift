public import Realtime

/// One channel of a request for what was missed, and the last event of it that the client has seen.
public struct HistoryRequest: Sendable {
    /// The channel.
    public let channel: ChannelHash
    /// The last event seen; nil where the client leaves it to the grant.
    public let since: Position?

    /// Makes a request.
    public init(channel: ChannelHash, since: Position?) {
        self.channel = channel
        self.since = since
    }

    /// Reads `{"channels":[{"hash","since"}]}`; `since` may be left out unless it is needed, no channel named where that
    /// is allowed.
    ///
    /// - Throws: `payload_invalid` where it is of another form, `limit` where it names too many channels.
    public static func parse(
        _ json: JSONValue,
        needsSince: Bool = false,
        allowsNone: Bool = false
    ) throws(RealtimeError) -> [HistoryRequest] {
        guard let channels = json["channels"]?.array, allowsNone || !channels.isEmpty else {
            throw RealtimeError(.payloadInvalid, "channels must be a list of objects with hash and since")
        }
        guard channels.count <= Grant.maximumChannels else {
            throw RealtimeError(.limit, "channels: at most \(Grant.maximumChannels) a request")
        }
        var requests: [HistoryRequest] = []
        for channel in channels {
            let since = channel["since"]
            let position = since?.string.flatMap { Position($0) }
            guard let hash = channel["hash"]?.string.flatMap({ ChannelHash($0) }),
                position != nil || since == nil && !needsSince
            else {
                throw RealtimeError(.payloadInvalid, "channels: hash must be a channel's hash, since a position")
            }
            requests.append(HistoryRequest(channel: hash, since: position))
        }
        return requests
    }
}
