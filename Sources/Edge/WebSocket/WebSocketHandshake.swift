import Crypto
import Realtime

/// The opening handshake of a WebSocket (RFC 6455, section 4.2) with the subprotocol `mqtt` ([MQTT-6.0.0-3]).
///
/// A pure function of the request's head.
struct WebSocketHandshake {
    /// What to answer.
    enum Answer: Equatable {
        /// 101: the connection speaks WebSocket from here on.
        case accept(response: String)
        /// An error, after which the connection closes; with the origin where that is the reason.
        case refuse(response: String, RefusedOrigin?)
    }

    /// Origins that may connect.
    let origins: Set<String>

    private static let connection = Array("connection".utf8)
    private static let key = Array("sec-websocket-key".utf8)
    private static let origin = Array("origin".utf8)
    private static let subprotocol = Array("sec-websocket-protocol".utf8)
    private static let upgrade = Array("upgrade".utf8)
    private static let version = Array("sec-websocket-version".utf8)
    private static let names = [connection, key, origin, subprotocol, upgrade, version]
    private static let magic = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)

    /// The answer to a head that does not end (RFC 6585, section 5).
    static let tooLarge = response(431, "Request Header Fields Too Large", "the head is too large", code: .limit)

    /// Answers a request's head, which ends with an empty line.
    func answer(to head: ArraySlice<UInt8>) -> Answer {
        guard HTTPFields.nextLine(of: head).line.suffix(9).elementsEqual(" HTTP/1.1".utf8) else {
            return Self.refuse(400, "Bad Request", "not an HTTP/1.1 request")
        }
        guard let fields = HTTPFields(head: head, names: Self.names) else {
            return Self.refuse(400, "Bad Request", "a header line without a name")
        }
        guard fields.contains(Array("websocket".utf8), in: Self.upgrade, ignoringCase: true),
            fields.contains(Self.upgrade, in: Self.connection, ignoringCase: true)
        else {
            return Self.refuse(
                426, "Upgrade Required", "/mqtt speaks MQTT over WebSocket only", code: .methodNotAllowed,
                extra: "Upgrade: websocket\r\n"
            )
        }
        guard let version = fields.single(Self.version), version.elementsEqual("13".utf8) else {
            return Self.refuse(
                426, "Upgrade Required", "only version 13 of WebSocket is spoken", code: .methodNotAllowed,
                extra: "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            )
        }
        guard let key = fields.single(Self.key), key.count == 24, key.suffix(2).elementsEqual("==".utf8) else {
            return Self.refuse(400, "Bad Request", "Sec-WebSocket-Key is missing or malformed")
        }
        guard fields.contains(Array("mqtt".utf8), in: Self.subprotocol, ignoringCase: false) else {
            return Self.refuse(400, "Bad Request", "the subprotocol \"mqtt\" must be offered")
        }
        if let origin = self.refusedOrigin(of: fields) {
            return .refuse(response: Self.response(403, "Forbidden", origin.advice, code: .forbidden), origin)
        }
        let digest = Insecure.SHA1.hash(data: Array(key) + Self.magic)
        return .accept(
            response: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(Base64.encode(Array(digest)))\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        )
    }

    /// A request without `Origin` is no browser's and passes: its grant alone decides.
    private func refusedOrigin(of fields: HTTPFields) -> RefusedOrigin? {
        guard fields.count(Self.origin) > 0 else { return nil }
        let origin = fields.single(Self.origin).map { String(decoding: $0, as: UTF8.self) }
        if let origin, origin != "null", self.origins.contains(origin) { return nil }
        return RefusedOrigin((origin ?? "").unicodeScalars)
    }

    private static func refuse(
        _ status: Int,
        _ title: String,
        _ detail: String,
        code: RealtimeError.Code = .payloadInvalid,
        extra: String = ""
    ) -> Answer {
        .refuse(response: self.response(status, title, detail, code: code, extra: extra), nil)
    }

    private static func response(
        _ status: Int,
        _ title: String,
        _ detail: String,
        code: RealtimeError.Code,
        extra: String = ""
    ) -> String {
        let body = String(
            decoding: Problem(status: status, error: RealtimeError(code, detail)).encode(),
            as: UTF8.self
        )
        return "HTTP/1.1 \(status) \(title)\r\nContent-Type: application/problem+json\r\n\(extra)"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}
