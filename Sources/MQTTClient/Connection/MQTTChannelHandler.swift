import MQTTCodec
import NIOCore

/// The event loop's side of a connection: packets in and out, acknowledgements, keep-alive.
final class MQTTChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case connecting
        case open
        case closing
        case closed(MQTTClientError)
    }

    let options: ConnectOptions
    let connack: EventLoopPromise<ConnAck>
    let queue: MessageQueue
    var phase = Phase.connecting
    var context: ChannelHandlerContext?

    var decoder: PacketDecoder
    var received = ByteBuffer()
    var isReading = true
    var readIsDue = false

    var inFlight = InFlight<EventLoopPromise<Packet>>(receiveMaximum: .max)
    var waiting = CircularBuffer<Request>()
    /// QoS 2 messages that came and that the server has not released yet.
    var unreleased: Set<UInt16> = []
    var serverMaximumPacketSize = Int.max

    var keepAlive: TimeAmount?
    var keepAliveTask: Scheduled<Void>?
    var lastWrite = NIODeadline.uptimeNanoseconds(0)
    var pongIsDue = false

    init(options: ConnectOptions, connack: EventLoopPromise<ConnAck>, queue: MessageQueue) {
        self.options = options
        self.connack = connack
        self.queue = queue
        decoder = PacketDecoder(
            receiving: .fromServer, maximumPacketSize: options.maximumPacketSize, version: options.version
        )
    }
}

extension MQTTChannelHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(MQTTClientError(.connectionClosed, ""))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        do {
            try send(.connect(options.connect))
        } catch {
            fail(error)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .closing = phase {
            finish(nil, failing: MQTTClientError(.connectionClosed, "closed by this side"))
        } else {
            fail(MQTTClientError(.connectionClosed, "the server closed the connection"))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.transport(error))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.writeBuffer(&bytes)
        }
        do throws(MQTTError) {
            while isLive, let packet = try decoder.decode(&received) {
                try receive(packet)
            }
        } catch {
            refuse(error)
        }
        if received.readableBytes == 0 { received = ByteBuffer() }
    }

    func read(context: ChannelHandlerContext) {
        // Held back while the consumer has enough: the kernel's window then slows the server down.
        if isReading { context.read() } else { readIsDue = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastWrite = .now()
        context.write(data, promise: promise)
    }
}
