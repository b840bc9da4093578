import Hummingbird

/// Which pages may use the bridge from a browser.
public struct Origins: Sendable {
    private let allowed: Set<String>

    /// Creates the rule.
    ///
    /// - Parameter allowed: Origins as browsers send them, the bridge's own among them.
    public init(_ allowed: Set<String>) {
        self.allowed = allowed
    }

    /// Tells the browser that a page of an allowed origin may read the response (Fetch standard, CORS protocol).
    func mark(_ response: inout Response, for request: Request) {
        response.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin], self.allows(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
    }

    /// Whether pages of an origin may use the bridge; those that browsers hide the origin of never may.
    func allows(_ origin: String) -> Bool {
        origin != "null" && self.allowed.contains(origin)
    }
}
