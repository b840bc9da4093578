public import Realtime

/// A committed event on its way to subscribers: its channel, and its one line of JSON.
public struct DeliverableEvent: Sendable {
    /// The channel whose subscribers get the event.
    public let channel: ChannelHash
    /// The event as `rt/{site}/ch/{hash}` carries it.
    public let json: [UInt8]

    /// Creates an event to deliver.
    public init(channel: ChannelHash, json: [UInt8]) {
        self.channel = channel
        self.json = json
    }
}
