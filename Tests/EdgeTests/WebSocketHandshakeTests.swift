import Testing

@testable import Edge

@Suite struct WebSocketHandshakeTests {
    static let goodFields = [
        ("Host", "localhost"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Protocol", "mqtt"),
    ]

    /// A good head whose fields of some names are others; `nil` leaves a field out.
    static func head(
        _ changes: [String: String?] = [:],
        adding lines: [String] = [],
        request: String = "GET /mqtt HTTP/1.1"
    ) -> [UInt8] {
        var text = request + "\r\n"
        for (name, value) in Self.goodFields {
            if let value = changes[name] ?? value { text += "\(name): \(value)\r\n" }
        }
        for line in lines { text += line + "\r\n" }
        return Array((text + "\r\n").utf8)
    }

    static func status(_ head: [UInt8], origins: Set<String> = []) -> Int? {
        let response = Self.response(head, origins: origins)
        return Int(response.split(separator: " ", maxSplits: 2).dropFirst().first ?? "")
    }

    static func response(_ head: [UInt8], origins: Set<String> = []) -> String {
        switch WebSocketHandshake(origins: origins).answer(to: head[...]) {
        case .accept(let response), .refuse(let response, _): response
        }
    }

    /// RFC 6455, section 1.3.
    @Test func acceptKeyIsThatOfTheStandard() {
        let response = Self.response(Self.head())
        #expect(
            response == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        )
    }

    @Test func namesAndTokensIgnoreCaseWhereTheStandardDoes() {
        let changes = [
            "Upgrade": "WebSocket", "Connection": "keep-alive, upgrade", "Sec-WebSocket-Protocol": "mqttv3.1, mqtt",
        ]
        #expect(Self.status(Self.head(changes)) == 101)
        let upper = String(decoding: Self.head(), as: UTF8.self)
            .replacing("Sec-WebSocket-Version", with: "SEC-WEBSOCKET-VERSION").replacing("Upgrade:", with: "uPGRADE:")
        #expect(Self.status(Array(upper.utf8)) == 101)
    }

    @Test func valuesMayHaveWhiteSpaceAround() {
        #expect(Self.status(Self.head(["Sec-WebSocket-Version": "\t 13 \t"])) == 101)
    }

    @Test(arguments: ["Upgrade", "Connection"])
    func withoutUpgradeItIsToldToUpgrade(_ name: String) {
        let response = Self.response(Self.head([name: nil]))
        #expect(response.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
        #expect(response.contains("\r\nUpgrade: websocket\r\n"))
    }

    @Test(arguments: [nil, "8", "14", "013"] as [String?])
    func anotherVersionIsToldWhichOneIsSpoken(_ version: String?) {
        let response = Self.response(Self.head(["Sec-WebSocket-Version": version]))
        #expect(response.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
        #expect(response.contains("\r\nSec-WebSocket-Version: 13\r\n"))
    }

    @Test(arguments: [nil, "", "short", "dGhlIHNhbXBsZSBub25jZQ==AAAA", "dGhlIHNhbXBsZSBub25jZQAA"] as [String?])
    func keysHaveSixteenBytes(_ key: String?) {
        #expect(Self.status(Self.head(["Sec-WebSocket-Key": key])) == 400)
    }

    @Test(arguments: [nil, "", "MQTT", "mqttv3.1", "xmqtt"] as [String?])
    func theSubprotocolMustBeOffered(_ offered: String?) {
        #expect(Self.status(Self.head(["Sec-WebSocket-Protocol": offered])) == 400)
    }

    @Test func fieldsThatMayOccurOnceMayNotOccurTwice() {
        #expect(Self.status(Self.head(adding: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])) == 400)
        #expect(Self.status(Self.head(adding: ["Sec-WebSocket-Version: 13"])) == 426)
        let origin = "Origin: https://a.example"
        #expect(Self.status(Self.head(adding: [origin, origin]), origins: ["https://a.example"]) == 403)
    }

    @Test func listsMayBeSplitOverLines() {
        let head = Self.head(["Sec-WebSocket-Protocol": "other"], adding: ["Sec-WebSocket-Protocol: mqtt"])
        #expect(Self.status(head) == 101)
    }

    @Test(arguments: [
        ("https://a.example", 101), ("https://b.example", 403), ("null", 403), ("", 403),
        ("https://a.example.evil.example", 403), ("http://a.example", 403),
    ])
    func onlyPagesOfKnownOriginsConnect(origin: String, status: Int) {
        #expect(Self.status(Self.head(adding: ["Origin: \(origin)"]), origins: ["https://a.example"]) == status)
    }

    /// For the log, where operators look first; to name `null` in `origins` would help nobody.
    @Test(arguments: [
        ("https://b.example", "https://b.example", "add it to"), ("null", "null", "cannot name them"),
        ("https://ä\u{1b}[31m", "https://??[31m", "add it to"), ("", "", "add it to"),
    ])
    func theRefusedOriginIsToldWithAdvice(origin: String, name: String, advice: String) throws {
        // Not even where somebody has written it into the settings.
        let handshake = WebSocketHandshake(origins: ["https://a.example", "null"])
        guard
            case .refuse(let response, let refused?) = handshake.answer(
                to: Self.head(adding: ["Origin: \(origin)"])[...])
        else {
            Issue.record("not refused for its origin")
            return
        }
        #expect(refused.name == name)
        #expect(refused.advice.contains(advice))
        #expect(response.contains("\\\"origins\\\""))
    }

    @Test func whoeverHasNoOriginIsNoBrowser() {
        #expect(Self.status(Self.head(), origins: []) == 101)
    }

    @Test(arguments: ["no colon", ": nameless", "\t"])
    func linesWithoutANameAreRefused(_ line: String) {
        #expect(Self.status(Self.head(adding: [line])) == 400)
    }

    @Test(arguments: ["GET /mqtt HTTP/1.0", "GET /mqtt", "", "GET /mqtt HTTP/2.0"])
    func onlyHTTP11IsSpoken(_ request: String) {
        #expect(Self.status(Self.head(request: request)) == 400)
    }

    @Test func refusalsAreProblemsWithTheirLength() throws {
        let response = Self.response(Self.head(adding: ["Origin: https://x.example"]))
        let parts = response.components(separatedByHead: "\r\n\r\n")
        #expect(parts.head.contains("Content-Type: application/problem+json"))
        #expect(parts.head.contains("Content-Length: \(parts.body.utf8.count)"))
        #expect(parts.head.contains("Connection: close"))
        #expect(parts.body.contains(#""code":"forbidden""#))
    }
}

extension String {
    /// What stands before the first occurrence of a separator, and what stands behind it.
    fileprivate func components(separatedByHead separator: String) -> (head: String, body: String) {
        guard let range = self.firstRange(of: separator) else { return (self, "") }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
