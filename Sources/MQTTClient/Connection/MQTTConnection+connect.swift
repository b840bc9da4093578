import MQTTCodec
public import NIOCore
public import NIOPosix
import Realtime

extension MQTTConnection {
    /// Connects, runs `body`, disconnects, and returns when the connection is closed, whatever `body` did.
    ///
    /// Throws `MQTTClientError` when no connection comes about within `ConnectOptions.connectTimeout`, and what `body`
    /// throws. Cancellation ends the waiting for the connection; once `body` runs it is `body`'s to heed.
    public static func withConnection<R>(
        to endpoint: MQTTEndpoint,
        options: ConnectOptions = ConnectOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MQTTConnection) async throws -> R
    ) async throws -> R {
        let connection = try await connect(to: endpoint, options: options, group: group)
        do {
            let result = try await body(connection)
            await connection.disconnect()
            return result
        } catch {
            await connection.disconnect()
            throw error
        }
    }

    private static func connect(
        to endpoint: MQTTEndpoint, options: ConnectOptions, group: any EventLoopGroup
    ) async throws -> MQTTConnection {
        let deadline = NIODeadline.now() + TimeAmount(options.connectTimeout)
        let handshake = try webSocketHandshake(to: endpoint)
        let queue = MessageQueue(limit: options.messageLimit)
        let opening = try await open(endpoint, options: options, group: group, queue: queue, handshake: handshake)
        let eventLoop = opening.channel.eventLoop
        let timeout = eventLoop.scheduleTask(deadline: deadline) {
            opening.handler.value.fail(MQTTClientError(.timeout, "no CONNACK"))
        }
        defer { timeout.cancel() }
        let connack = try await withTaskCancellationHandler {
            try await opening.connack.get()
        } onCancel: {
            eventLoop.execute { opening.handler.value.fail(MQTTClientError(.connectionClosed, "cancelled")) }
        }
        let connection = MQTTConnection(
            connack: connack, options: options, channel: opening.channel, handler: opening.handler, queue: queue
        )
        if Task.isCancelled {
            await connection.disconnect()
            throw CancellationError()
        }
        return connection
    }

    /// A channel on the way to its CONNACK.
    private struct Opening: Sendable {
        let channel: any NIOCore.Channel
        let handler: NIOLoopBound<MQTTChannelHandler>
        let connack: EventLoopFuture<ConnAck>
    }

    private static func open(
        _ endpoint: MQTTEndpoint, options: ConnectOptions, group: any EventLoopGroup, queue: MessageQueue,
        handshake: WebSocketHandshake?
    ) async throws -> Opening {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            return try await bootstrap.connect(host: endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connack = channel.eventLoop.makePromise(of: ConnAck.self)
                    let handler = MQTTChannelHandler(options: options, connack: connack, queue: queue)
                    if let handshake {
                        try channel.pipeline.syncOperations.addHandler(WebSocketClientHandler(handshake: handshake))
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return Opening(
                        channel: channel,
                        handler: NIOLoopBound(handler, eventLoop: channel.eventLoop),
                        connack: connack.futureResult
                    )
                }
            }
        } catch ChannelError.connectTimeout(_) {
            throw MQTTClientError(.timeout, "\(endpoint.host):\(endpoint.port): no connection in time")
        } catch {
            throw MQTTClientError(.connectFailed, "\(endpoint.host):\(endpoint.port): \(error)", underlying: error)
        }
    }

    private static func webSocketHandshake(to endpoint: MQTTEndpoint) throws(MQTTClientError) -> WebSocketHandshake? {
        guard case .webSocket(let path, let headers) = endpoint.transport else { return nil }
        return try WebSocketHandshake(
            endpoint: endpoint, path: path, headers: headers, nonce: [UInt8].random(count: 16)
        )
    }
}
