import Edge
import Hummingbird
import Realtime

/// What a stream is asked for: `?channel={hash}` or `?channel={hash}@{position}`, repeated, and `Last-Event-ID`, whose
/// positions are the later ones.
struct StreamRequest {
    let channels: [HistoryRequest]

    /// Reads a request's head.
    ///
    /// - Throws: `payload_invalid` where it is of another form, `limit` where it names too many channels.
    init(_ request: Request) throws(RealtimeError) {
        let named = request.uri.queryParameters.getAll("channel")
        guard !named.isEmpty else {
            throw RealtimeError(.payloadInvalid, "channel: at least one is needed, {hash} or {hash}@{position}")
        }
        guard named.count <= Grant.maximumChannels else {
            throw RealtimeError(.limit, "channels: at most \(Grant.maximumChannels) a stream")
        }
        var seen: [ChannelHash: Position] = [:]
        let last = request.headers.first { $0.name.canonicalName == "last-event-id" }?.value ?? ""
        for part in last.split(separator: ",") {
            guard let (hash, position) = Self.parse(part), let position else {
                throw RealtimeError(.payloadInvalid, "Last-Event-ID: not an id of this stream")
            }
            seen[hash] = position
        }
        var channels: [HistoryRequest] = []
        var hashes: Set<ChannelHash> = []
        for text in named {
            guard let (hash, position) = Self.parse(text) else {
                throw RealtimeError(.payloadInvalid, "channel: {hash} or {hash}@{position} is needed")
            }
            guard hashes.insert(hash).inserted else {
                throw RealtimeError(.payloadInvalid, "channel: one is named twice")
            }
            channels.append(HistoryRequest(channel: hash, since: seen[hash] ?? position))
        }
        self.channels = channels
    }

    private static func parse(_ text: some StringProtocol) -> (ChannelHash, Position?)? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let hash = parts.first.flatMap({ ChannelHash(String($0)) }) else { return nil }
        guard parts.count == 2 else { return (hash, nil) }
        guard let position = Position(String(parts[1])) else { return nil }
        return (hash, position)
    }
}
