import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import BridgeHTTP

@Suite struct ClientRouteTests {
    private static let files = ["/client/realtime.js", "/client/realtime.global.js", "/client/realtime.d.ts"]

    @Test(arguments: files)
    func theClientIsServedToAllowedPages(_ path: String) async throws {
        let fixture = try APIFixture()
        let allowed = try await fixture.send(.get, path, headers: [.origin: "https://a.example"])
        #expect(allowed.status == .ok)
        let type = path.hasSuffix(".js") ? "text/javascript; charset=utf-8" : "text/plain; charset=utf-8"
        #expect(allowed.headers[.contentType] == type)
        #expect(allowed.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(allowed.headers[.vary] == "Origin")
        #expect(allowed.body.readableBytes > 1000)
        let other = try await fixture.send(.get, path, headers: [.origin: "https://b.example"])
        #expect(other.headers[.accessControlAllowOrigin] == nil)
        #expect(other.headers[.vary] == "Origin")
        #expect(try await fixture.send(.get, path).headers[.accessControlAllowOrigin] == nil)
    }

    @Test(arguments: files)
    func browsersAskWhetherTheirsIsStillTheSame(_ path: String) async throws {
        let fixture = try APIFixture()
        let response = try await fixture.send(.get, path)
        let tag = try #require(response.headers[.eTag])
        #expect(tag.wholeMatch(of: /"[0-9a-f]{32}"/) != nil)
        #expect(response.headers[.cacheControl] == "no-cache")
        for value in [tag, "*", "W/\(tag)", "\"other\", \(tag)", "\"other\",\t\(tag) , \"more\""] {
            let same = try await fixture.send(.get, path, headers: [.ifNoneMatch: value])
            #expect(same.status == .notModified, "\(value)")
            #expect(same.body.readableBytes == 0)
            #expect(same.headers[.eTag] == tag)
            #expect(same.headers[.cacheControl] == "no-cache")
            #expect(same.headers[.vary] == "Origin")
        }
        for value in ["", "\"other\"", String(tag.dropFirst().dropLast()), "\"\"", ","] {
            let other = try await fixture.send(.get, path, headers: [.ifNoneMatch: value])
            #expect(other.status == .ok, "\(value)")
        }
    }

    @Test(arguments: files)
    func aPathWithTheVersionMayBeKeptForGood(_ path: String) async throws {
        let fixture = try APIFixture()
        let plain = try await fixture.send(.get, path)
        let location = try #require(plain.headers[.contentLocation])
        let name = try #require(path.split(separator: "/").last)
        #expect(location.hasPrefix("/client/") && location.hasSuffix("/\(name)"))
        let kept = try await fixture.send(.get, location, headers: [.origin: "https://a.example"])
        #expect(kept.status == .ok)
        #expect(kept.text == plain.text)
        #expect(kept.headers[.cacheControl] == "public, max-age=31536000, immutable")
        #expect(kept.headers[.eTag] == plain.headers[.eTag])
        #expect(kept.headers[.contentLocation] == nil)
        #expect(kept.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(try await fixture.send(.head, location).headers[.eTag] == plain.headers[.eTag])
        let unknown = try await fixture.send(.get, "/client/0123456789abcdef/\(name)")
        #expect(unknown.status == .notFound)
        #expect(unknown.headers[.cacheControl] == nil)
        #expect(unknown.problem == "not_found")
    }

    @Test func anotherContentHasAnotherTagAndDigest() {
        let files = ["a", "b", ""].map { ServedFile(name: "f", type: "text/plain", content: Array($0.utf8)) }
        #expect(Set(files.map(\.tag)).count == 3)
        // SHA-256 of "a".
        #expect(files[0].tag == "\"ca978112ca1bbdcafac231b39a23dc4d\"")
        #expect(BrowserClient.version.count == 16)
    }

    @Test func theModulesAreJoinedIntoOne() async throws {
        let fixture = try APIFixture()
        let module = try await fixture.send(.get, "/client/realtime.js").text.split(separator: "\n")
        #expect(module.filter { $0.hasPrefix("export") }.count == 1)
        #expect(module.last?.hasPrefix("export { connect, ") == true)
        #expect(!module.contains { $0.hasPrefix("import") })
        let script = try await fixture.send(.get, "/client/realtime.global.js").text.split(separator: "\n")
        #expect(!script.contains { $0.hasPrefix("export") || $0.hasPrefix("import") })
        #expect(script.contains { $0.hasPrefix("globalThis.Realtime = { connect, ") })
        // Each class of the source is in both: none was forgotten.
        for name in try Self.sources().flatMap(Self.classes) {
            #expect(module.contains { $0.hasPrefix("class \(name) ") }, "\(name) is not in the module")
            #expect(script.contains { $0.hasPrefix("class \(name) ") }, "\(name) is not in the script")
        }
    }

    @Test(.enabled(if: Node.path != nil, "needs node"))
    func bothLoadAndHaveTheSameNames() throws {
        let names = "connect,EVENT,CONNECTION_LOST,CONNECTION_RESTORED,GAP,DENIED,RealtimeError"
        let module = try Node.run(
            [], script: BrowserClient.module.content + Self.printing("{ connect, EVENT, GAP, DENIED }"), suffix: "mjs")
        #expect(module.output == "connect,EVENT,GAP,DENIED\n")
        let script = try Node.run([], script: BrowserClient.script.content + Self.printing("Realtime"), suffix: "cjs")
        #expect(script.output == "\(names)\n")
        #expect(
            String(decoding: BrowserClient.module.content, as: UTF8.self)
                .hasSuffix("\nexport { \(names.replacing(",", with: ", ")) };\n"))
    }

    /// The sources of all modules.
    private static func sources() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/BridgeHTTP/Client")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap {
            $0 as? URL
        }
        let modules = try #require(files).filter { $0.pathExtension == "js" && $0.lastPathComponent != "demo.js" }
        #expect(modules.count > 20)
        return try modules.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    private static func classes(in source: String) -> [Substring] {
        source.matches(of: /(?m)^(?:export )?class (\w+)/).map(\.output.1)
    }

    private static func printing(_ object: String) -> [UInt8] {
        Array("\nconsole.log(Object.keys(\(object)).join());\n".utf8)
    }

    @Test func pagesOfTheDemoAllowNothingInline() async throws {
        let response = try await APIFixture().send(.get, "/demo")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'self'") == true)
    }
}
