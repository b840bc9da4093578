/// The origin of a URL: scheme, host and port (RFC 6454).
struct Origin {
    /// As browsers write it in the `Origin` header.
    let text: String

    /// Reads the origin of an `http` or `https` URL; `nil` when it is none.
    init?(of url: String) {
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains(where: \.isWhitespace) else {
            return nil
        }
        self.text = scheme + authority.lowercased()
    }

    /// The origin of a plain HTTP listener.
    init(listeningOn host: String, port: Int) {
        self.text = "http://\(host.contains(":") ? "[\(host)]" : host)\(port == 80 ? "" : ":\(port)")"
    }

    /// This origin, and the same under https where it is plain http.
    ///
    /// A proxy may speak TLS for us, and some clients that are no browsers make up an `Origin` of that scheme. An http
    /// page is never taken for an https one's own.
    var withSecure: Set<String> {
        [self.text, self.url(replacingSchemeWith: "https", secure: "https", path: "")]
    }

    /// The same host under another scheme.
    func url(replacingSchemeWith plain: String, secure: String, path: String) -> String {
        if self.text.hasPrefix("https://") {
            return secure + "://" + self.text.dropFirst("https://".count) + path
        }
        return plain + "://" + self.text.dropFirst("http://".count) + path
    }
}
