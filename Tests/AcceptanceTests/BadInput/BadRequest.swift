import Testing

/// A request that is refused, and with what.
struct BadRequest: CustomTestStringConvertible {
    let name: String
    let status: Int
    /// The problem's code.
    let code: String
    /// Made with an API key that has all roles.
    let bytes: @Sendable (_ key: String) -> [UInt8]

    var testDescription: String { self.name }

    private init(_ name: String, _ status: Int, _ code: String, _ bytes: @escaping @Sendable (String) -> [UInt8]) {
        self.name = name
        self.status = status
        self.code = code
        self.bytes = bytes
    }

    // MARK: Bodies

    private static let channel = #""contextid":15,"component":"mod_quiz","area":"game","itemid":0"#

    /// A body of notify, in which `CHANNEL` stands for the members of a channel.
    private static func notify(_ body: String, _ code: String = "payload_invalid") -> BadRequest {
        let text = body.replacing("CHANNEL", with: Self.channel)
        return BadRequest("notify \(body.prefix(80))", code == "payload_too_large" ? 413 : 400, code) {
            HTTPBytes.request("POST", "/v1/notify", key: $0, body: Array(text.utf8))
        }
    }

    /// A channel of notify with one member replaced, given as JSON.
    private static func channel(_ name: String, _ value: String) -> BadRequest {
        var members = [
            "contextid": "15", "component": #""mod_quiz""#, "area": #""game""#, "itemid": "0", "channeldetails": #""""#,
        ]
        members[name] = value
        let text = members.map { #""\#($0)":\#($1)"# }.joined(separator: ",")
        return Self.notify(#"{"channel":{\#(text)},"payload":1}"#, "channel_invalid").named("\(name) \(value)")
    }

    /// A body of grants with one member replaced, given as JSON.
    private static func grants(_ name: String, _ value: String, _ code: String = "payload_invalid") -> BadRequest {
        var members = ["user": #""42""#, "session": #""abc""#]
        members[name] = value
        let text = "{" + members.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
        return BadRequest("grants \(name) \(value.prefix(80))", 400, code) {
            HTTPBytes.request("POST", "/v1/grants", key: $0, body: Array(text.utf8))
        }
    }

    private func named(_ name: String) -> BadRequest {
        BadRequest(name, self.status, self.code, self.bytes)
    }

    /// Bodies that are no JSON, or not what is asked for.
    static let bodies: [BadRequest] =
        [
            "", "{", "[]", "null", "{}", "{} {}", "\u{FEFF}{}", #"{"payload":1}"#, #"{"channel":{CHANNEL}}"#,
            #"{"channel":{CHANNEL},"payload":NaN}"#, #"{"channel":{CHANNEL},"payload":01}"#,
            #"{"channel":{CHANNEL},"payload":"\#("a\nb")"}"#, #"{"channel":{CHANNEL},"payload":"\ud800"}"#,
            // Members twice, written alike or not.
            #"{"channel":{CHANNEL},"payload":1,"payload":2}"#, #"{"channel":{CHANNEL},"payload":1,"\u0070ayload":2}"#,
            #"{"channel":{CHANNEL,"itemid":0},"payload":1}"#,
            // Members that nobody knows.
            #"{"channel":{CHANNEL},"payload":1,"colour":"red"}"#, #"{"channel":{CHANNEL},"payload":1,"key\r\n":"k"}"#,
            #"{"channel":{CHANNEL},"payload":1,"key":7}"#, #"{"channel":{CHANNEL},"payload":1,"key":""}"#,
            #"{"channel":{CHANNEL},"payload":1,"key":"\#(String(repeating: "k", count: 129))"}"#,
            #"{"channel":{CHANNEL},"payload":\#(String(repeating: "[", count: 10_000))"#,
            String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
        ].map { Self.notify($0) }
        + [
            BadRequest("notify bytes that are no UTF-8", 400, "payload_invalid") {
                HTTPBytes.request("POST", "/v1/notify", key: $0, body: [0x7B, 0x22, 0xFF, 0x22, 0x7D])
            },
            BadRequest("notify 10 MiB", 413, "payload_too_large") {
                HTTPBytes.request("POST", "/v1/notify", key: $0, body: Array(repeating: 32, count: 10 << 20))
            },
            BadRequest("notify 10 MiB in chunks", 413, "payload_too_large") {
                HTTPBytes.request("POST", "/v1/notify", key: $0, ["Transfer-Encoding: chunked"])
                    + Array(
                        repeating: Array("10000\r\n".utf8) + Array(repeating: 32, count: 65_536) + [13, 10], count: 160
                    )
                    .flatMap(\.self)
            },
            BadRequest("grants 10 MiB", 413, "payload_too_large") {
                HTTPBytes.request("POST", "/v1/grants", key: $0, body: Array(repeating: 32, count: 10 << 20))
            },
            BadRequest("10 MiB of a stranger", 401, "unauthorized") { _ in
                HTTPBytes.request("POST", "/v1/notify", body: Array(repeating: 32, count: 10 << 20))
            },
        ]

    /// CR LF and both forms of é: in Swift, one character each, and the forms equal.
    private static let oddities = [#"\r\n"#, "\u{E9}", "e\u{301}", #"\u0000"#]

    /// Fields of a channel.
    static let channels: [BadRequest] =
        ["[]", "1", "null", "{}"].map { Self.notify(#"{"channel":\#($0),"payload":1}"#, "channel_invalid") }
        + ["contextid", "itemid"].flatMap { name in
            ["1.5", "1e3", "9223372036854775808", "true", "null", #""015""#, #""+15""#, #"" 15""#, #""١٥""#]
                .map { Self.channel(name, $0) } + Self.oddities.map { Self.channel(name, #""15\#($0)""#) }
        }
        + ["component", "area"].flatMap { name in
            ["1", "null", #""""#, #""a b""#, #""a/b""#, #""\#(String(repeating: "a", count: 101))""#]
                .map { Self.channel(name, $0) } + Self.oddities.map { Self.channel(name, #""a\#($0)""#) }
        }
        + [
            "1", "null", #""\r\n""#, #""\u0000""#, #""\u007f""#, #""\u0085""#,
            #""\#(String(repeating: "é", count: 128))""#,
        ].map { Self.channel("channeldetails", $0) }
        + [Self.notify(#"{"channel":{CHANNEL,"area\r\n":"b"},"payload":1}"#, "channel_invalid")]

    /// Fields of a grant.
    static let grants: [BadRequest] =
        Self.oddities.flatMap { odd in
            [
                Self.grants("user", #""42\#(odd)""#), Self.grants("role", #""client\#(odd)""#),
                Self.grants("components", #"["mod_quiz\#(odd)"]"#, "channel_invalid"),
                Self.grants("channels", #"[{\#(Self.channel),"rights":["subscribe\#(odd)"]}]"#),
            ]
        }
        + [
            Self.grants("session", #""abc\r\n""#), Self.grants("session", #""""#), Self.grants("session", "7"),
            Self.grants("user", #""\#(String(repeating: "a", count: 65))""#), Self.grants("user", "null"),
            Self.grants("ttl", "0"), Self.grants("ttl", "86401"), Self.grants("ttl", #""60""#),
            Self.grants("replay", "1"), Self.grants("channels", "{}"), Self.grants("colour", #""red""#),
        ]

    // MARK: Heads

    private static func head(_ name: String, _ lines: [String]) -> BadRequest {
        BadRequest(name, 400, "payload_invalid") { _ in Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) }
    }

    private static let manyLines = (0..<10_000).map { "X-\($0): a" }

    /// Heads that are no HTTP/1.1, or are too long.
    static let heads: [BadRequest] = [
        Self.head("no request line", ["", "Host: h"]),
        Self.head("another version", ["GET /healthz HTTP/3.0", "Host: h"]),
        Self.head("HTTP/2", ["PRI * HTTP/2.0", "", "SM"]), Self.head("TLS", ["\u{16}\u{3}\u{1}"]),
        Self.head("a blank in a name", ["GET /healthz HTTP/1.1", "Host : h"]),
        Self.head("a line without a name", ["GET /healthz HTTP/1.1", "Host: h", ": a"]),
        Self.head("an unknown method", ["FROB /healthz HTTP/1.1", "Host: h"]),
        Self.head(
            "two lengths", ["POST /v1/notify HTTP/1.1", "Host: h", "Content-Length: 2", "Content-Length: 3"]
        ),
        Self.head("a negative length", ["POST /v1/notify HTTP/1.1", "Host: h", "Content-Length: -2"]),
        Self.head(
            "a length and chunks",
            ["POST /v1/notify HTTP/1.1", "Host: h", "Content-Length: 2", "Transfer-Encoding: chunked"]
        ),
        // More than the bound and one read: what has come whole is not measured again.
        BadRequest("10,000 header lines", 431, "limit") { _ in
            HTTPBytes.request("GET", "/healthz", Self.manyLines)
        },
        BadRequest("a header line of 100,000 bytes", 431, "limit") { _ in
            HTTPBytes.request("GET", "/healthz", ["X: " + String(repeating: "a", count: 100_000)])
        },
        BadRequest("a path of 100,000 bytes", 431, "limit") { _ in
            HTTPBytes.request("GET", "/" + String(repeating: "a", count: 100_000))
        },
        BadRequest("10,000 header lines of a handshake", 431, "limit") { _ in
            WebSocketBytes.handshake(Self.manyLines)
        },
        BadRequest("a handshake of 17,000 bytes", 431, "limit") { _ in
            WebSocketBytes.handshake(["X: " + String(repeating: "a", count: 17_000)])
        },
        BadRequest("a page of another origin", 403, "forbidden") { _ in
            WebSocketBytes.handshake(["Origin: https://elsewhere.example"])
        },
        BadRequest("two keys in a handshake", 400, "payload_invalid") { _ in
            WebSocketBytes.handshake(["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])
        },
    ]

    /// Methods and paths that are not served.
    static let calls: [BadRequest] =
        [
            ("GET", "/v1/notify"), ("PUT", "/v1/notify"), ("DELETE", "/v1/grants"), ("PATCH", "/v1/grants"),
            ("POST", "/healthz"), ("POST", "/mqtt"), ("OPTIONS", "/v1/notify"),
        ].map { method, path in
            BadRequest("\(method) \(path)", 405, "method_not_allowed") {
                HTTPBytes.request(method, path, key: $0)
            }
        }
        + ["/", "/v1", "/v1/unknown", "/../etc/passwd", "/v1/notify%00", "/v1//notify/x"].map { path in
            BadRequest("GET \(path)", 404, "not_found") { HTTPBytes.request("GET", path, key: $0) }
        }
        + [
            BadRequest("GET /mqtt without an upgrade", 426, "method_not_allowed") { _ in
                HTTPBytes.request("GET", "/mqtt")
            }
        ]
}
