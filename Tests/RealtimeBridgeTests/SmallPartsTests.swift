import Components
import Logging
import Realtime
import Synchronization
import Testing

@testable import RealtimeBridge

@Suite struct SmallPartsTests {
    @Test func hexadecimalGoesThereAndBack() {
        let bytes = (0...255).map { UInt8($0) }
        let text = Hexadecimal.encode(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.decode(text) == bytes)
        #expect(Hexadecimal.decode(text.uppercased()) == bytes)
        #expect(Hexadecimal.decode("") == [])
        for bad in ["0", "0g", "é0", "0x00", " 00"] {
            #expect(Hexadecimal.decode(bad) == nil)
        }
    }

    @Test(
        arguments: [
            ("https://www.example.org", "https://www.example.org"),
            ("http://LOCALHOST:8080/a?b#c", "http://localhost:8080"),
            ("http://[::1]:81", "http://[::1]:81"), ("http://[::1]:80", "http://[::1]"),
            ("https://a:443/b", "https://a"), ("https://a:80", "https://a:80"), ("http://a:", "http://a"),
            ("http://a:08080", "http://a:8080"), ("http://a:65536", nil), ("http://a:8x", nil), ("http://:80", nil),
            ("ftp://a", nil), ("https://", nil), ("https:///a", nil), ("https://user@a", nil), ("https://a b", nil),
            ("https://*.a", nil), ("https://é", nil), ("https://\u{212A}", nil), ("null", nil), ("", nil),
        ] as [(String, String?)])
    func originsAreSchemeHostAndPort(url: String, origin: String?) {
        #expect(Origin(of: url)?.text == origin)
    }

    @Test func thereIsAProcessor() {
        #expect(Processors.available >= 1)
    }

    @Test func theEchoSaysWhenAndWhat() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let dispatcher = ComponentDispatcher(components: [:], logger: logger)
        try dispatcher.registerEcho { 1_732_370_000_123 }
        let replies = Mutex<[ReplyBody]>([])
        let request = ComponentRequest(
            id: "msg_1",
            time: 1_732_370_000_000,
            user: "42",
            session: "abc",
            client: "c1",
            component: try ComponentName("realtime_echo"),
            request: "r1",
            payload: try EventPayload(json: Array(#"{"a": 1}"#.utf8), limit: 64)
        )
        try dispatcher.route(to: request.component).dispatch(request) { event in
            guard case .ended(.answered(let payload)) = event else { return }
            replies.withLock { $0.append(.success(payload: payload)) }
        }
        let body = replies.withLock { $0 }.map { String(decoding: $0.encode(), as: UTF8.self) }
        #expect(body == [#"{"ok":true,"payload":{"receivedtime":1732370000123,"echo":{"a": 1}}}"#])
    }
}
