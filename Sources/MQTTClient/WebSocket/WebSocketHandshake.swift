import Crypto
import MQTTCodec
import NIOCore
import Realtime

/// The client's half of the WebSocket opening handshake: pure state, no I/O (RFC 6455 section 4.1).
struct WebSocketHandshake {
    /// Bytes of response head that are read before the server is given up.
    private static let maximumHeadSize = 16 << 10

    private let endpoint: MQTTEndpoint
    private let path: String
    private let headers: [MQTTEndpoint.Header]
    private let key: String

    /// `nonce`: 16 random bytes (RFC 6455 section 4.1, point 7).
    init(
        endpoint: MQTTEndpoint, path: String, headers: [MQTTEndpoint.Header], nonce: [UInt8]
    ) throws(MQTTClientError) {
        let texts = [endpoint.host, path] + headers.flatMap { [$0.name, $0.value] }
        guard texts.allSatisfy({ text in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }), !path.contains(" ")
        else {
            throw MQTTClientError(.invalidArgument, "control character in host, path or header")
        }
        self.endpoint = endpoint
        self.path = path
        self.headers = headers
        key = Base64.encode(nonce)
    }

    /// The HTTP request that asks for the upgrade, with subprotocol `mqtt` `[MQTT-6.0.0-3]`.
    var request: String {
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        var lines = [
            "GET \(path) HTTP/1.1",
            "Host: \(host):\(endpoint.port)",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt",
        ]
        lines += headers.map { "\($0.name): \($0.value)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Takes the response's head off `buffer` and checks it; false when more bytes are needed.
    func accept(_ buffer: inout ByteBuffer) throws(MQTTClientError) -> Bool {
        let view = buffer.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else {
            guard view.count <= Self.maximumHeadSize else {
                throw MQTTClientError(.webSocketRefused, "response head too long")
            }
            return false
        }
        let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
        buffer.moveReaderIndex(to: end.upperBound)
        try check(head)
        return true
    }

    private func check(_ head: String) throws(MQTTClientError) {
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let status = lines.first?.split(separator: " ") ?? []
        guard status.count >= 2, status[0] == "HTTP/1.1", let code = Int(status[1]) else {
            throw MQTTClientError(.webSocketRefused, "no HTTP/1.1 response")
        }
        guard code == 101 else { throw MQTTClientError(.webSocketRefused, "HTTP status \(code)") }
        let upgrade = Self.values(of: "upgrade", in: lines)
        let connection = Self.values(of: "connection", in: lines)
        guard upgrade.contains(where: { $0.lowercased() == "websocket" }),
            connection.contains(where: { $0.lowercased() == "upgrade" })
        else {
            throw MQTTClientError(.webSocketRefused, "response does not upgrade")
        }
        guard Self.values(of: "sec-websocket-accept", in: lines) == [Self.answer(to: key)] else {
            throw MQTTClientError(.webSocketRefused, "wrong Sec-WebSocket-Accept")
        }
        // [MQTT-6.0.0-4]
        guard Self.values(of: "sec-websocket-protocol", in: lines) == ["mqtt"] else {
            throw MQTTClientError(.webSocketRefused, "server does not speak the subprotocol mqtt")
        }
    }

    /// What a server must answer to `key` (RFC 6455 section 4.2.2, point 5.4).
    static func answer(to key: String) -> String {
        var hash = Insecure.SHA1()
        Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Base64.encode(Array(hash.finalize()))
    }

    /// The comma-separated values of a header that may come more than once.
    private static func values(of name: String, in lines: [Substring]) -> [String] {
        lines.dropFirst().flatMap { line -> [String] in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { return [] }
            return line[line.index(after: colon)...].split(separator: ",").map { value in
                let start = value.drop { $0 == " " || $0 == "\t" }
                return String(start.prefix { $0 != " " && $0 != "\t" })
            }
        }
    }
}
