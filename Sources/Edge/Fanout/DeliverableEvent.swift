public import Realtime

/// A committed event on its way to subscribers: its channel, its place there, and its one line of JSON.
public struct DeliverableEvent: Sendable {
    /// The channel whose subscribers get the event.
    public let channel: ChannelHash
    /// Where it stands in its channel.
    public let position: Position
    /// The event as `rt/{site}/ch/{hash}` carries it.
    public let json: [UInt8]

    /// Creates an event to deliver.
    public init(channel: ChannelHash, position: Position, json: [UInt8]) {
        self.channel = channel
        self.position = position
        self.json = json
    }
}
