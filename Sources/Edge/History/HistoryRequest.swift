import Realtime

/// One channel of a request for history, and the last event of it that the client has seen.
struct HistoryRequest {
    let channel: ChannelHash
    let since: Position

    /// Reads `{"channels":[{"hash","since"}]}`.
    ///
    /// - Throws: `payload_invalid` where it is of another form, `limit` where it names too many channels.
    static func parse(_ body: [UInt8]) throws(RealtimeError) -> [HistoryRequest] {
        guard let channels = try JSONValue.parse(body)["channels"]?.array, !channels.isEmpty else {
            throw RealtimeError(.payloadInvalid, "channels must be a list of objects with hash and since")
        }
        guard channels.count <= Grant.maximumChannels else {
            throw RealtimeError(.limit, "channels: at most \(Grant.maximumChannels) a request")
        }
        var requests: [HistoryRequest] = []
        for channel in channels {
            guard let hash = channel["hash"]?.string.flatMap({ ChannelHash($0) }),
                let since = channel["since"]?.string.flatMap({ Position($0) })
            else {
                throw RealtimeError(.payloadInvalid, "channels: hash must be a channel's hash, since a position")
            }
            requests.append(HistoryRequest(channel: hash, since: since))
        }
        return requests
    }
}
