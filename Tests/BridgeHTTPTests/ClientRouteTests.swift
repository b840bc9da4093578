import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import BridgeHTTP

@Suite struct ClientRouteTests {
    private static let files = ["/client/realtime.js", "/client/realtime.global.js"]

    @Test(arguments: files)
    func theClientIsServedToAllowedPages(_ path: String) async throws {
        let fixture = try APIFixture()
        let allowed = try await fixture.send(.get, path, headers: [.origin: "https://a.example"])
        #expect(allowed.status == .ok)
        #expect(allowed.headers[.contentType] == "text/javascript; charset=utf-8")
        #expect(allowed.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(allowed.headers[.vary] == "Origin")
        #expect(allowed.body.readableBytes > 1000)
        let other = try await fixture.send(.get, path, headers: [.origin: "https://b.example"])
        #expect(other.headers[.accessControlAllowOrigin] == nil)
        #expect(other.headers[.vary] == "Origin")
        #expect(try await fixture.send(.get, path).headers[.accessControlAllowOrigin] == nil)
    }

    @Test func theModuleIsTheSourceAndTheScriptExportsNothing() async throws {
        let fixture = try APIFixture()
        let module = try await fixture.send(.get, "/client/realtime.js").text
        #expect(module.contains("\nexport {"))
        let script = try await fixture.send(.get, "/client/realtime.global.js").text
        #expect(!script.contains("\nexport "))
        #expect(!script.contains("\nimport "))
        #expect(script.contains("globalThis.Realtime = {"))
    }

    @Test(.enabled(if: Node.path != nil, "needs node"))
    func bothAreJavaScript() throws {
        let module = try Node.run(["--check"], script: BrowserClient.module, suffix: "mjs")
        #expect(module.status == 0, "\(module.output)")
        let script = try Node.run(["--check"], script: BrowserClient.script, suffix: "cjs")
        #expect(script.status == 0, "\(script.output)")
    }

    @Test(.enabled(if: Node.path != nil, "needs node"))
    func theScriptDefinesTheGlobal() throws {
        let script = BrowserClient.script + Array("\nconsole.log(typeof Realtime.connect);\n".utf8)
        let result = try Node.run([], script: script, suffix: "cjs")
        #expect(result.status == 0)
        #expect(result.output == "function\n")
    }

    @Test func pagesOfTheDemoAllowNothingInline() async throws {
        let response = try await APIFixture().send(.get, "/demo")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'self'") == true)
    }
}
