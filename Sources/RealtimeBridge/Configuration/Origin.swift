/// The origin of a URL: scheme, host and port (RFC 6454).
struct Origin {
    /// As browsers write it in the `Origin` header.
    private(set) var text: String

    /// Reads the origin of an `http` or `https` URL; `nil` when it is none.
    ///
    /// Browsers leave the scheme's own port out, and write international names in ASCII.
    init?(of url: String) {
        guard let (scheme, ownPort) = [("http://", 80), ("https://", 443)].first(where: { url.hasPrefix($0.0) })
        else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let form = /([A-Za-z0-9._-]+|\[[A-Fa-f0-9:.]+\])(?::([0-9]*))?/
        guard let (_, host, digits) = authority.wholeMatch(of: form)?.output else { return nil }
        self.text = scheme + host.lowercased()
        guard let digits, !digits.isEmpty else { return }
        guard let port = UInt16(digits) else { return nil }
        if port != ownPort { self.text += ":\(port)" }
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
