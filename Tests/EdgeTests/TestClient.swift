import MQTTCodec
import NIOCore
import NIOEmbedded
import Realtime

@testable import Edge

/// A client at the other end of an embedded channel.
final class TestClient {
    let channel: EmbeddedChannel
    let handler: ConnectionHandler
    let counter = WriteCounter()
    let id: String
    let version: MQTTVersion
    let eventLoop: EmbeddedEventLoop
    private let isWebSocket: Bool
    private var decoder: PacketDecoder
    private var unread = ByteBuffer()
    /// Frames that carried no MQTT, since the last look.
    private(set) var controlFrames: [ServerFrame] = []

    init(_ fixture: EdgeFixture, id: String, version: MQTTVersion, transport: Transport) throws {
        self.eventLoop = fixture.eventLoop
        self.id = id
        self.version = version
        self.decoder = PacketDecoder(receiving: .fromServer, maximumPacketSize: 1 << 24, version: version)
        self.channel = EmbeddedChannel(handler: nil, loop: fixture.eventLoop)
        self.handler = ConnectionHandler(
            loop: NIOLoopBound(fixture.loop, eventLoop: fixture.eventLoop),
            transport: transport
        )
        if case .tcp = transport { self.isWebSocket = false } else { self.isWebSocket = true }
        try self.channel.pipeline.syncOperations.addHandler(self.counter)
        try self.channel.pipeline.syncOperations.addHandler(self.handler)
        self.channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        self.eventLoop.run()
    }

    var isOpen: Bool { self.channel.isActive }

    /// Closes without a word.
    func leave() {
        self.channel.close(promise: nil)
        self.eventLoop.run()
    }

    /// From now on whatever is written waits.
    func stopReading() {
        self.channel.isWritable = false
    }

    /// What waited is written, and there is room again.
    func readOn() {
        self.channel.isWritable = true
        self.channel.pipeline.fireChannelWritabilityChanged()
        self.eventLoop.run()
    }

    /// Sends a CONNECT with a token.
    func connect(_ token: String?, change: (inout Connect) -> Void = { _ in }) throws {
        var connect = Connect(version: self.version, keepAlive: 60, clientID: self.id)
        if let token {
            connect.username = "anyone"
            connect.password = ByteBuffer(string: token)
        }
        change(&connect)
        try self.send(.connect(connect))
    }

    /// Sends packets in one piece, and lets the loop turn.
    func send(_ packets: Packet...) throws {
        var buffer = ByteBuffer()
        for packet in packets {
            try buffer.writePacket(packet, version: self.version)
        }
        let bytes = Array(buffer.readableBytesView)
        try self.send(bytes: self.isWebSocket ? ClientFrame.binary(bytes) : bytes)
    }

    func send(bytes: [UInt8]) throws {
        try self.feed(bytes)
        self.eventLoop.run()
    }

    /// Hands bytes over without a turn of the loop.
    func feed(_ bytes: [UInt8]) throws {
        try self.channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func subscribe(_ filters: String..., packetID: UInt16 = 1) throws -> [ReasonCode] {
        let subscriptions = filters.map { Subscription(filter: ByteBuffer(string: $0)) }
        try self.send(.subscribe(Subscribe(packetID: packetID, filters: subscriptions)))
        guard case .suback(let suback)? = try self.receive().first, suback.packetID == packetID else { return [] }
        return suback.reasons
    }

    func publish(
        _ topic: String,
        _ payload: String = "1",
        qos: QoS = .atLeastOnce,
        packetID: UInt16 = 7,
        key: String? = nil
    ) throws {
        var properties = Properties()
        if let key { properties.appendUserProperty("key", key) }
        try self.send(
            .publish(
                Publish(
                    topic: ByteBuffer(string: topic),
                    payload: ByteBuffer(string: payload),
                    qos: qos,
                    packetID: qos == .atMostOnce ? 0 : packetID,
                    properties: properties
                )
            )
        )
    }

    /// All bytes written since the last look.
    func receiveBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) {
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    /// All packets written since the last look.
    func receive() throws -> [Packet] {
        let bytes = try self.receiveBytes()
        if self.isWebSocket {
            guard let frames = ServerFrame.parse(bytes) else { throw NotFrames() }
            self.controlFrames = frames.filter { $0.opcode != .binary }
            for frame in frames where frame.opcode == .binary {
                self.unread.writeBytes(frame.payload)
            }
        } else {
            self.unread.writeBytes(bytes)
        }
        var packets: [Packet] = []
        while let packet = try self.decoder.decode(&self.unread) {
            packets.append(packet)
        }
        return packets
    }

    /// The messages among what was written since the last look, as topic and payload.
    func receiveMessages() throws -> [Message] {
        try self.receive().compactMap { packet in
            guard case .publish(let publish) = packet else { return nil }
            return Message(topic: String(buffer: publish.topic), payload: String(buffer: publish.payload))
        }
    }

    struct Message: Equatable {
        let topic: String
        let payload: String
    }

    struct NotFrames: Error {}
}
