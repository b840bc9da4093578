import HTTPTypes
import Hummingbird
import NIOCore
public import Realtime

/// A page beside the API, such as the demo's.
public struct Page: Sendable {
    /// Answers a request's body with a media type and a body.
    public typealias Content = @Sendable (_ body: [UInt8]) async throws(RealtimeError) -> (type: String, body: [UInt8])

    /// How a page is asked for.
    public enum Method: Sendable {
        case get
        case post
    }

    /// Nothing inline, nothing from elsewhere: what the client needs to work under.
    ///
    /// Nobody frames a page that asks for a key, and no form sends one anywhere, whatever becomes of the page's script.
    private static let policy = """
        default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    let path: String
    let method: Method
    let content: Content

    /// Creates a page.
    public init(path: String, method: Method = .get, content: @escaping Content) {
        self.path = path
        self.method = method
        self.content = content
    }

    func respond(to request: Request) async throws -> Response {
        let body = try await BridgeAPI.body(of: request, limit: 16 * 1024)
        let (type, content) = try await self.content(body)
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                .contentSecurityPolicy: Self.policy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: content))
        )
    }
}

extension Page {
    /// The pages of the demo that are files: `/demo`, its script and its style.
    public static let demo: [Page] = [
        Page(path: "/demo") { _ throws(RealtimeError) in ("text/html; charset=utf-8", PackageResources.demo_html) },
        Page(path: "/demo/demo.js") { _ throws(RealtimeError) in
            ("text/javascript; charset=utf-8", PackageResources.demo_js)
        },
        Page(path: "/demo/demo.css") { _ throws(RealtimeError) in
            ("text/css; charset=utf-8", PackageResources.demo_css)
        },
    ]
}

extension Page {
    /// The test page, `/test`, with its scripts and its style.
    ///
    /// It does nothing without an API key, which whoever opens it gives.
    public static let test: [Page] = [
        Page(path: "/test") { _ throws(RealtimeError) in ("text/html; charset=utf-8", PackageResources.test_html) },
        Page(path: "/test/test.css") { _ throws(RealtimeError) in
            ("text/css; charset=utf-8", PackageResources.test_css)
        },
        Page(script: "/test/test.js", PackageResources.test_js),
        Page(script: "/test/chart.js", PackageResources.chart_js),
        Page(script: "/test/run.js", PackageResources.run_js),
        Page(script: "/test/service.js", PackageResources.service_js),
        Page(script: "/test/tally.js", PackageResources.tally_js),
        Page(script: "/test/view.js", PackageResources.view_js),
    ]

    private init(script path: String, _ source: [UInt8]) {
        self.init(path: path) { _ throws(RealtimeError) in ("text/javascript; charset=utf-8", source) }
    }
}
