import MQTTCodec
import NIOCore

@testable import MQTTClient

/// The server's end of one connection, as a script drives it.
final class ScriptedPeer {
    struct Unexpected: Error {
        let packet: Packet?
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let transport: ScriptedServer.Transport
    private var raw = ByteBuffer()
    private var bytes = ByteBuffer()
    private var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 1 << 20)
    /// Opcodes of the control frames that came.
    private(set) var controls: [UInt8] = []
    /// The WebSocket request's head.
    private(set) var requestHead = ""

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ transport: ScriptedServer.Transport
    ) {
        self.inbound = inbound
        self.outbound = outbound
        self.transport = transport
    }

    /// Takes WebSocket handshake and CONNECT, and answers.
    @discardableResult
    func accept(_ connack: ConnAck = ConnAck()) async throws -> Connect {
        if transport == .webSocket { try await upgrade() }
        let packet = try await receive()
        guard case .connect(let connect)? = packet else { throw Unexpected(packet: packet) }
        try await send(.connack(connack))
        return connect
    }

    /// The client's next packet; nil when it has closed.
    func receive() async throws -> Packet? {
        while true {
            if let packet = try decoder.decode(&bytes) { return packet }
            guard try await readBytes() else { return nil }
        }
    }

    func send(_ packets: Packet...) async throws {
        var buffer = ByteBuffer()
        for packet in packets { try buffer.writePacket(packet, version: decoder.version ?? .v5) }
        try await sendRaw(transport == .tcp ? buffer : Self.frame(0x82, buffer))
    }

    func sendRaw(_ buffer: ByteBuffer) async throws {
        try await outbound.write(buffer)
    }

    /// A WebSocket frame of a server; `first`: FIN and opcode.
    static func frame(_ first: UInt8, _ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer(integer: first)
        if payload.readableBytes < 126 {
            buffer.writeInteger(UInt8(payload.readableBytes))
        } else {
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(payload.readableBytes))
        }
        buffer.writeImmutableBuffer(payload)
        return buffer
    }

    /// Reads the client's HTTP request.
    func readRequest() async throws {
        while !requestHead.hasSuffix("\r\n\r\n") {
            guard let part = try await inbound.next() else { throw Unexpected(packet: nil) }
            requestHead += String(buffer: part)
        }
    }

    /// Reads, and heeds nothing, until the client has closed.
    func waitForClose() async throws {
        while try await inbound.next() != nil {}
    }

    private func upgrade() async throws {
        try await readRequest()
        let key = requestHead.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }?.dropFirst(19)
        let answer = """
            HTTP/1.1 101 Switching Protocols\r
            upgrade: WebSocket\r
            Connection: keep-alive, Upgrade\r
            Sec-WebSocket-Accept: \(WebSocketHandshake.answer(to: String(key ?? "")))\r
            Sec-WebSocket-Protocol: mqtt\r
            \r

            """
        try await sendRaw(ByteBuffer(string: answer))
    }

    private func readBytes() async throws -> Bool {
        guard var part = try await inbound.next() else { return false }
        guard transport == .webSocket else {
            bytes.writeBuffer(&part)
            return true
        }
        raw.writeBuffer(&part)
        while unframe() {}
        return true
    }

    /// Takes one masked frame of at most 65,535 bytes off what came.
    private func unframe() -> Bool {
        var rest = raw
        guard let first: UInt8 = rest.readInteger(), let second: UInt8 = rest.readInteger() else { return false }
        var count = Int(second & 0x7F)
        if count == 126 {
            guard let long: UInt16 = rest.readInteger() else { return false }
            count = Int(long)
        }
        guard let mask: UInt32 = rest.readInteger(), var payload = rest.readSlice(length: count) else { return false }
        payload.applyMask(mask, from: payload.readerIndex, count: count)
        if first & 0x0F >= 8 { controls.append(first & 0x0F) } else { bytes.writeBuffer(&payload) }
        raw = rest
        return true
    }
}
