import Components
import Realtime
import Testing

struct WebhookSettingsTests {
    @Test(arguments: [
        "https://example.com", "https://example.com/hook?a=b", "https://example.com:8443/hook",
        "https://[2001:db8::1]/",
        "https://10.0.0.1/", "http://127.0.0.1:9000/hook", "http://127.255.0.3/", "http://[::1]:9000/hook",
        "http://localhost/hook", "https://EXAMPLE.com/",
    ])
    func takes(_ url: String) throws {
        #expect(try WebhookFixture.settings(url).url == url)
    }

    @Test(arguments: [
        "", "example.com", "ftp://example.com/", "https://", "https:///hook", "https://:443/", "http://example.com/",
        "http://10.0.0.1/", "http://localhost.example.com/", "http://127.0.0.1.example.com/", "http://127.1/",
        "http://0177.0.0.1/", "http://127.0.0.01/", "http://127.0.0.256/", "http://2130706433/", "http://[::2]/",
        "http://0.0.0.0/", "https://user@example.com/", "https://user:secret@example.com/",
        "http://localhost@example.com/",
        "https://example.com/#fragment", "https://example.com/a b", "https://example.com\\@evil.example/",
        "https://example.com:0/", "https://example.com:65536/", "https://example.com:8o/", "https://example.com:/",
        "https://[::1/", "https://[::1]x/", "https://exa%6Dple.com/", "https://example.com/\r\nx: y",
        "https://é.example/",
    ])
    func refuses(_ url: String) {
        let error = #expect(throws: RealtimeError.self) { try WebhookFixture.settings(url) }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.contains("secret@") == false)
    }

    @Test func asksForASecret() {
        #expect(throws: RealtimeError.self) { try WebhookSettings(url: "https://example.com/", secrets: []) }
    }

    @Test func showsNeitherPathNorSecret() throws {
        let settings = try WebhookFixture.settings("https://example.com/hook?token=hunter2")
        #expect("\(settings)" == "WebhookSettings(https://example.com, secrets: 1)")
    }
}
