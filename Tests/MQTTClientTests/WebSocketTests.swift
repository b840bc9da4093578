import MQTTCodec
import NIOCore
import Testing

@testable import MQTTClient

@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    @Test func takesFragmentsAndAnswersPings() async throws {
        try await ScriptedServer.run(.webSocket) { peer in
            try await peer.accept()
            var publish = ByteBuffer()
            try publish.writePublish(topic: [97], payload: Array("hello".utf8), version: .v5)
            let head = publish.readSlice(length: 3) ?? ByteBuffer()
            // One packet in two fragments with a ping between them.
            try await peer.sendRaw(ScriptedPeer.frame(0x02, head))
            try await peer.sendRaw(ScriptedPeer.frame(0x89, ByteBuffer(string: "?")))
            try await peer.sendRaw(ScriptedPeer.frame(0x80, publish))
            #expect(try await peer.receive() == .disconnect(Disconnect()))
            #expect(peer.controls.first == 10)
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                let message = try await connection.nextMessage()
                #expect(message?.payload == ByteBuffer(string: "hello"))
            }
        }
    }

    @Test(arguments: [(UInt16(4152), MQTTClientError.Code.disconnected), (1001, .connectionClosed)])
    func readsTheReasonInACloseFrame(code: UInt16, expected: MQTTClientError.Code) async throws {
        try await ScriptedServer.run(.webSocket) { peer in
            try await peer.accept()
            try await peer.sendRaw(ScriptedPeer.frame(0x88, ByteBuffer(integer: code)))
            #expect(try await peer.receive() == nil)
            #expect(peer.controls == [8])
        } client: { endpoint in
            let options = ConnectOptions(version: .v3_1_1)
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                let error = await #expect(throws: MQTTClientError.self) { try await connection.nextMessage() }
                #expect(error?.code == expected)
                #expect(error?.reason == (code == 4152 ? .administrativeAction : nil))
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 403 Forbidden\r\n\r\n",
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
    ])
    func refusesAnotherAnswer(_ answer: String) async throws {
        try await ScriptedServer.run(.webSocket) { peer in
            try await peer.readRequest()
            try await peer.sendRaw(ByteBuffer(string: answer))
        } client: { endpoint in
            let error = await #expect(throws: MQTTClientError.self) {
                try await MQTTConnection.withConnection(to: endpoint) { _ in }
            }
            #expect(error?.code == .webSocketRefused)
        }
    }

    /// The example of RFC 6455 section 1.3.
    @Test func computesTheAcceptValue() {
        #expect(WebSocketHandshake.answer(to: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func waitsForTheWholeHeadAndKeepsWhatFollows() throws {
        let handshake = try WebSocketHandshake(
            endpoint: .tcp(host: "h", port: 1), path: "/", headers: [], nonce: Array("the sample nonce".utf8)
        )
        let head = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            Sec-WebSocket-Protocol: mqtt\r
            \r

            """
        var partial = ByteBuffer(string: String(head.dropLast()))
        #expect(try !handshake.accept(&partial))
        var whole = ByteBuffer(string: head + "rest")
        #expect(try handshake.accept(&whole))
        #expect(whole == ByteBuffer(string: "rest"))
        var other = ByteBuffer(string: head.replacing("mqtt", with: "soap"))
        #expect(throws: MQTTClientError.self) { try handshake.accept(&other) }
        var endless = ByteBuffer(repeating: 97, count: 17_000)
        #expect(throws: MQTTClientError.self) { try handshake.accept(&endless) }
    }

    @Test func refusesHeaderInjection() {
        #expect(throws: MQTTClientError.self) {
            try WebSocketHandshake(endpoint: .tcp(host: "h"), path: "/ x", headers: [], nonce: [])
        }
        #expect(throws: MQTTClientError.self) {
            try WebSocketHandshake(
                endpoint: .tcp(host: "h"), path: "/", headers: [.init(name: "A", value: "b\r\nC: d")], nonce: []
            )
        }
    }
}
