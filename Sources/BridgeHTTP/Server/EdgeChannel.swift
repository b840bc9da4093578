import Edge
import HummingbirdCore
import Logging
import NIOCore

/// Serves HTTP and the edge's WebSocket on one port.
///
/// The first bytes of a connection decide: `GET /mqtt` makes it a connection of the edge, which lives on its event loop
/// alone; anything else gets hummingbird's HTTP pipeline and its task.
struct EdgeChannel: ServerChildChannel {
    /// A connection whose kind its first bytes will tell.
    struct Value: ServerChildChannelValue {
        let channel: any NIOCore.Channel
        /// Hummingbird's end of an HTTP connection; `nil` for one that the edge took, or that closed before it spoke.
        let http: EventLoopFuture<HTTP1Channel.Value?>
    }

    private let hub: Hub
    private let http: HTTP1Channel

    init(hub: Hub, http: HTTP1Channel) {
        self.hub = hub
        self.http = http
    }

    func setup(channel: any NIOCore.Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let promise = channel.eventLoop.makePromise(of: HTTP1Channel.Value?.self)
            let chooser = ProtocolChooser(hub: self.hub, http: self.http, chosen: promise, logger: logger)
            try channel.pipeline.syncOperations.addHandler(chooser)
            return Value(channel: channel, http: promise.futureResult)
        }
    }

    func handle(value: Value, logger: Logger) async {
        // The promise is kept in any case, at the latest when the channel closes.
        guard let http = try? await value.http.get() else { return }
        await self.http.handle(value: http, logger: logger)
    }
}
