public import MQTTCodec
import NIOCore
import Synchronization

/// One connection of a client, from CONNACK until it is closed.
///
/// All calls may come from any task. `messages` must be taken for acknowledgements to go on coming: when
/// `ConnectOptions.messageLimit` messages wait, the client stops reading.
public final class MQTTConnection: Sendable {
    /// The server's answer to CONNECT.
    public let connack: ConnAck
    /// The version that the connection speaks.
    public let version: MQTTVersion
    /// The client identifier in use: the asked one, or the one that the server assigned.
    public let clientID: String

    let channel: any Channel
    let handler: NIOLoopBound<MQTTChannelHandler>
    private let queue: MessageQueue
    private let acknowledgementTimeout: TimeAmount
    private let token = Atomic<UInt64>(0)

    init(
        connack: ConnAck, options: ConnectOptions, channel: any Channel, handler: NIOLoopBound<MQTTChannelHandler>,
        queue: MessageQueue
    ) {
        self.connack = connack
        self.channel = channel
        self.handler = handler
        self.queue = queue
        version = options.version
        clientID = connack.properties.assignedClientIdentifier ?? options.clientID
        acknowledgementTimeout = TimeAmount(options.acknowledgementTimeout)
    }

    /// The messages that come, with back-pressure.
    public var messages: MQTTMessages { MQTTMessages(connection: self) }

    /// The next message; nil when the connection was closed from this side.
    ///
    /// A QoS 1 or 2 message is acknowledged when it is taken here. Throws `MQTTClientError` when the connection is
    /// lost, `CancellationError` when the task is cancelled; then no message is taken.
    public func nextMessage() async throws -> Publish? {
        let publish = try await queue.next { [channel, handler] in
            channel.eventLoop.execute { handler.value.resumeReading() }
        }
        if let publish, publish.qos != .atMostOnce {
            channel.eventLoop.execute { [handler] in
                handler.value.acknowledge(publish.packetID, qos: publish.qos)
            }
        }
        return publish
    }

    /// Sends a request and waits for its answer, for the time-out at most.
    func perform(_ body: Request.Body) async throws -> Packet {
        let eventLoop = channel.eventLoop
        let promise = eventLoop.makePromise(of: Packet.self)
        let token = token.wrappingAdd(1, ordering: .relaxed).newValue
        let request = Request(token: token, body: body, promise: promise)
        let timeout = eventLoop.scheduleTask(in: acknowledgementTimeout) { [handler] in
            handler.value.abandon(token, MQTTClientError(.timeout, "no acknowledgement"))
        }
        defer { timeout.cancel() }
        eventLoop.execute { [handler] in handler.value.start(request) }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            eventLoop.execute { [handler] in handler.value.abandon(token, CancellationError()) }
        }
    }
}
