import MQTTCodec
import Realtime

/// Where the subscriptions of a SUBSCRIBE ask to begin: user properties `since`, `{epoch}:{seq}` or
/// `{hash} {epoch}:{seq}`.
struct SinceProperties {
    /// For the only filter.
    private var only: Position?
    private var byChannel: [ChannelHash: Position] = [:]
    /// A property of that name is of another form.
    private(set) var isMalformed = false

    init(_ packet: Subscribe) {
        guard !packet.properties.isEmpty else { return }
        for (name, value) in packet.properties.userProperties where name == "since" {
            let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, let hash = ChannelHash(String(parts[0])), let position = Position(String(parts[1])) {
                self.byChannel[hash] = position
            } else if packet.filters.count == 1, let position = Position(value) {
                self.only = position
            } else {
                self.isMalformed = true
            }
        }
    }

    /// Where a channel's subscription asks to begin; nil where it does not.
    subscript(_ channel: ChannelHash) -> Position? { self.byChannel[channel] ?? self.only }
}
