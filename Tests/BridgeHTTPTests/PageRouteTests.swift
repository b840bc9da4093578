import HTTPTypes
import HummingbirdTesting
import Testing

@testable import BridgeHTTP

/// What the pages of the demo and the test page are served with.
struct PageRouteTests {
    @Test(arguments: Page.test.map(\.path) + Page.demo.map(\.path))
    func pagesAllowNothingFromElsewhereAndNobodyElseFramesThem(path: String) async throws {
        let response = try await APIFixture().send(.get, path)
        #expect(response.status == .ok)
        let policy = try #require(response.headers[.contentSecurityPolicy])
        let directives = policy.split(separator: ";").map { $0.drop { $0 == " " } }
        #expect(directives.contains("default-src 'self'"))
        for name in ["base-uri", "form-action", "frame-ancestors"] { #expect(directives.contains("\(name) 'none'")) }
        #expect(!policy.contains("unsafe"))
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test(arguments: [
        ("/test", "text/html"), ("/test/test.css", "text/css"), ("/test/test.js", "text/javascript"),
        ("/test/tally.js", "text/javascript"),
    ])
    func filesHaveTheirType(path: String, type: String) async throws {
        let response = try await APIFixture().send(.get, path)
        #expect(response.headers[.contentType] == "\(type); charset=utf-8")
    }

    /// Nothing inline, which the policy would not run, and no field that a form could send.
    @Test func theTestPageKeepsToItsPolicy() async throws {
        let page = try await APIFixture().send(.get, "/test").text
        #expect(page.contains(#"<script type="module" src="/test/test.js"></script>"#))
        for part in [" style=", " onclick=", "<style", "<script>", "javascript:", " name=\"key\"", "action="] {
            #expect(!page.contains(part), "\(part)")
        }
    }

    @Test(.enabled(if: Node.path != nil, "needs node"), arguments: Page.test.map(\.path).filter { $0.hasSuffix(".js") })
    func scriptsAreJavaScript(path: String) async throws {
        let script = try await APIFixture().send(.get, path).text
        let result = try Node.run(["--check"], script: Array(script.utf8), suffix: "mjs")
        #expect(result.status == 0, "\(result.output)")
        #expect(!script.contains("innerHTML") && !script.contains("eval("))
    }
}
