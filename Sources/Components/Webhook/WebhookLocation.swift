import Realtime

/// The parts of a webhook's URL that decide whether it may be used.
struct WebhookLocation {
    let isSecure: Bool
    /// The host as written, an IPv6 literal with its brackets.
    let host: String
    let port: Int?

    /// Reads a URL.
    ///
    /// - Throws: `configurationInvalid` for what a webhook must not have; the message never holds the URL.
    init(_ url: String) throws(RealtimeError) {
        let bytes = Array(url.utf8)
        guard bytes.allSatisfy(Self.isURLByte) else {
            throw Self.error("is not valid: it has a fragment, white space, or a character that needs to be encoded")
        }
        let scheme: String
        if bytes.starts(with: "https://".utf8) {
            scheme = "https://"
        } else if bytes.starts(with: "http://".utf8) {
            scheme = "http://"
        } else {
            throw Self.error("has to begin with https://, or http:// on this machine")
        }
        let authority = bytes.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw Self.error("must not have user information")
        }
        let hostEnd: Int
        if authority.first == UInt8(ascii: "["), let bracket = authority.firstIndex(of: UInt8(ascii: "]")) {
            hostEnd = bracket + 1
        } else {
            hostEnd = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        }
        let host = authority[..<hostEnd]
        guard Self.isHost(host) else { throw Self.error("has to have a host") }
        self.isSecure = scheme == "https://"
        self.host = String(decoding: host, as: UTF8.self)
        self.port = try Self.port(authority[hostEnd...])
        guard self.isSecure || Self.isLoopback(self.host) else {
            throw Self.error("has to be https, but for localhost, 127.0.0.0/8 and [::1]")
        }
    }

    /// Whether the host names this machine by itself; other names may resolve to anything.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // Plain decimals only: `0177.0.0.1` means something else to every library.
        return parts.count == 4 && parts[0].elementsEqual("127".utf8)
            && parts.allSatisfy { part in
                let text = String(Substring(part))
                guard let number = UInt8(text) else { return false }
                return String(number) == text
            }
    }

    private static func isURLByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    private static func isHost(_ host: ArraySlice<UInt8>) -> Bool {
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            return host.count > 2
                && host.dropFirst().dropLast().allSatisfy { byte in
                    Self.isHexadecimal(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
                }
        }
        return !host.isEmpty && host.count <= 253
            && host.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func port(_ text: ArraySlice<UInt8>) throws(RealtimeError) -> Int? {
        if text.isEmpty { return nil }
        let digits = text.dropFirst()
        guard text.first == UInt8(ascii: ":"), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
        else {
            throw Self.error("has a port that is none")
        }
        return Int(port)
    }

    private static func error(_ what: String) -> RealtimeError {
        RealtimeError(.configurationInvalid, "a webhook's url \(what)")
    }
}
