import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct WebSocketConnectionTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    /// A connection whose WebSocket is open.
    private func open(_ fixture: EdgeFixture, _ version: MQTTVersion = .v5) throws -> TestClient {
        let client = try fixture.open(version, transport: .handshake)
        try client.send(bytes: WebSocketHandshakeTests.head())
        let response = String(decoding: try client.receiveBytes(), as: UTF8.self)
        #expect(response.hasPrefix("HTTP/1.1 101 "))
        return client
    }

    /// An open WebSocket with an accepted CONNECT.
    private func connected(_ fixture: EdgeFixture, _ version: MQTTVersion, _ grant: Grant) throws -> TestClient {
        fixture.allow(grant)
        let client = try self.open(fixture, version)
        try client.connect("good") { $0.keepAlive = 90 }
        guard case .connack(let connack)? = try client.receive().first, connack.reason == .success else {
            throw EdgeFixture.Refused(answer: [])
        }
        return client
    }

    @Test(arguments: versions)
    func theSameMQTTIsSpokenInFrames(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try self.connected(fixture, version, try EdgeFixture.grant([(channel, .subscribe)]))
        #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        fixture.deliver([(channel, "1")])
        #expect(try client.receiveMessages().map(\.payload) == ["1"])
    }

    @Test func theHandshakeMayComeByteByByteWithWhatFollows() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let client = try fixture.open(transport: .handshake)
        var connect = ByteBuffer()
        let packet = Connect(clientID: "c1", password: ByteBuffer(string: "good"))
        try connect.writePacket(.connect(packet), version: .v5)
        for byte in WebSocketHandshakeTests.head().dropLast() {
            try client.send(bytes: [byte])
        }
        #expect(try client.receiveBytes().isEmpty)
        try client.send(bytes: [UInt8(ascii: "\n")] + ClientFrame.binary(Array(connect.readableBytesView)))
        let bytes = try client.receiveBytes()
        #expect(String(decoding: bytes.prefix(12), as: UTF8.self) == "HTTP/1.1 101")
        #expect(fixture.metrics.connections == 1)
    }

    @Test func aHandshakeWithoutEndIsToldSo() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open(transport: .handshake)
        try client.send(bytes: Array("GET /mqtt HTTP/1.1\r\n".utf8))
        for number in 0..<10_000 where client.isOpen {
            try client.send(bytes: Array("X-\(number): 1\r\n".utf8))
        }
        #expect(!client.isOpen)
        let response = String(decoding: try client.receiveBytes(), as: UTF8.self)
        #expect(response.hasPrefix("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        #expect(response.contains(#""code":"limit""#))
    }

    @Test func packetsNeedNotBeAlignedToFrames() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try self.connected(fixture, .v5, try EdgeFixture.grant([(channel, .publish)]))
        var bytes = ByteBuffer()
        for payload in ["1", "2", "3"] {
            let topic = Array("rt/demo/in/\(channel)".utf8)
            try bytes.writePublish(topic: topic, payload: Array(payload.utf8), version: .v5)
        }
        for byte in bytes.readableBytesView {
            try client.send(bytes: ClientFrame.binary([byte]))
        }
        #expect(fixture.delegate.ingested.map(\.payload) == [[49], [50], [51]])
    }

    @Test func aRefusedHandshakeIsAnsweredAndClosed() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open(transport: .handshake)
        try client.send(bytes: WebSocketHandshakeTests.head(adding: ["Origin: https://evil.example"]))
        #expect(String(decoding: try client.receiveBytes(), as: UTF8.self).hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(!client.isOpen)
    }

    @Test func aSlowHandshakeIsCutOff() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open(transport: .handshake)
        for byte in WebSocketHandshakeTests.head().prefix(12) where client.isOpen {
            try client.send(bytes: [byte])
            fixture.advance(seconds: 1)
        }
        #expect(!client.isOpen)
    }

    @Test func silenceIsPinged() throws {
        let fixture = try EdgeFixture()
        let client = try self.connected(fixture, .v5, try EdgeFixture.grant())
        fixture.advance(seconds: 24)
        #expect(try client.receiveBytes().isEmpty)
        for _ in 0..<5 {
            fixture.advance(seconds: 2)
            #expect(try client.receive().isEmpty)
            #expect(client.controlFrames == [ServerFrame(opcode: .ping, payload: [])])
            try client.send(bytes: ClientFrame.control(.pong))
            fixture.advance(seconds: 23)
            #expect(try client.receiveBytes().isEmpty)
        }
        #expect(client.isOpen)
    }

    @Test func aPingThatIsNotAnsweredCloses() throws {
        let fixture = try EdgeFixture()
        let client = try self.connected(fixture, .v5, try EdgeFixture.grant())
        fixture.advance(seconds: 26)
        #expect(client.isOpen)
        fixture.advance(seconds: 26)
        #expect(!client.isOpen)
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("there was no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .keepAliveTimeout)
        let closeCode: UInt16 = 4000 + 0x8D
        #expect(client.controlFrames.last?.closeCode == closeCode)
    }

    @Test func pingsAreAnswered() throws {
        let fixture = try EdgeFixture()
        let client = try self.connected(fixture, .v5, try EdgeFixture.grant())
        try client.send(bytes: ClientFrame.control(.ping, [1, 2, 3]))
        #expect(try client.receive().isEmpty)
        #expect(client.controlFrames == [ServerFrame(opcode: .pong, payload: [1, 2, 3])])
    }

    @Test func aCloseIsAnsweredWithAClose() throws {
        let fixture = try EdgeFixture()
        let client = try self.connected(fixture, .v5, try EdgeFixture.grant())
        try client.send(bytes: ClientFrame.control(.close, [0x03, 0xE8]))
        #expect(try client.receive().isEmpty)
        #expect(client.controlFrames.map(\.closeCode) == [1000])
        #expect(!client.isOpen)
        #expect(fixture.metrics.connections == 0)
    }

    @Test func textIsRefusedWithItsCode() throws {
        let fixture = try EdgeFixture()
        let client = try self.open(fixture)
        try client.send(bytes: ClientFrame(opcode: 1, payload: [65]).bytes)
        #expect(try client.receive().isEmpty)
        #expect(client.controlFrames.map(\.closeCode) == [1003])
        #expect(fixture.metrics.protocolErrors == 1)
    }

    @Test(arguments: versions)
    func aRefusedConnectClosesWithItsReason(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let client = try self.open(fixture, version)
        try client.connect("bad")
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("there was no CONNACK")
            return
        }
        #expect(connack.reason == .badUserNameOrPassword)
        #expect(client.controlFrames.map(\.closeCode) == [4000 + 0x86])
        #expect(!client.isOpen)
    }

    /// Version 3.1.1 has no DISCONNECT from the server: the close code says why.
    @Test(arguments: versions)
    func theEndOfAGrantClosesWithItsReason(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let client = try self.connected(fixture, version, try EdgeFixture.grant())
        client.handler.session?.rights = HeldRights(try EdgeFixture.grant(expires: EdgeFixture.now - 1))
        client.handler.checkDeadlines()
        fixture.turn()
        _ = try client.receive()
        #expect(client.controlFrames.map(\.closeCode) == [4000 + 0xA0])
    }
}
