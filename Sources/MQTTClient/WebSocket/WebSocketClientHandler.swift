import MQTTCodec
import NIOCore

/// Makes a WebSocket of a TCP connection: below it frames, above it MQTT's bytes.
///
/// `channelActive` goes on only when the handshake is done, so that what is above need not know of it.
final class WebSocketClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case handshake
        case open
        case closed
    }

    private let handshake: WebSocketHandshake
    private var phase = Phase.handshake
    private var frames = WebSocketFrameReader()
    private var received = ByteBuffer()
    private var random = SystemRandomNumberGenerator()

    init(handshake: WebSocketHandshake) {
        self.handshake = handshake
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: handshake.request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(MQTTClientError) {
            if phase == .handshake {
                guard try handshake.accept(&received) else { return }
                phase = .open
                context.fireChannelActive()
            }
            while phase == .open, let event = try frames.next(&received) {
                handle(event, context: context)
            }
        } catch {
            phase = .closed
            context.fireErrorCaught(error)
        }
        if received.readableBytes == 0 { received = ByteBuffer() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(wrapOutboundOut(frame(.binary, unwrapOutboundIn(data))), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if phase == .open {
            phase = .closed
            // 1000: normal closure (RFC 6455 section 7.4.1)
            sendClose(1000, context: context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func handle(_ event: WebSocketFrameReader.Event, context: ChannelHandlerContext) {
        switch event {
        case .data(let bytes):
            context.fireChannelRead(wrapInboundOut(bytes))
        case .ping(let payload):
            context.writeAndFlush(wrapOutboundOut(frame(.pong, payload)), promise: nil)
        case .pong:
            break
        case .close(let code):
            phase = .closed
            sendClose(code, context: context)
            context.fireErrorCaught(Self.error(closeCode: code))
        }
    }

    private func sendClose(_ code: UInt16?, context: ChannelHandlerContext) {
        let payload = code.map { ByteBuffer(integer: $0) } ?? ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(frame(.close, payload)), promise: nil)
    }

    private func frame(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeFrame(opcode, payload, mask: random.next())
        return buffer
    }

    /// The bridge closes with 4000 and the Reason Code, which 3.1.1 has no packet for.
    private static func error(closeCode: UInt16?) -> MQTTClientError {
        guard let closeCode else { return MQTTClientError(.connectionClosed, "WebSocket closed") }
        guard let byte = UInt8(exactly: Int(closeCode) - 4000), byte >= 0x80 else {
            return MQTTClientError(.connectionClosed, "WebSocket closed with \(closeCode)")
        }
        return MQTTClientError(.disconnected, "WebSocket closed with \(closeCode)", reason: ReasonCode(rawValue: byte))
    }
}
