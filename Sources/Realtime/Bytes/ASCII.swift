/// The byte classes that names and topics are made of.
enum ASCII {
    static let slash = UInt8(ascii: "/")

    /// Whether the byte is of `[A-Za-z0-9_-]`, what every level of a topic is made of.
    @inline(__always)
    static func isLevelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    @inline(__always)
    static func isLowercase(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    /// Whether the text is 1 to `limit` bytes of `[A-Za-z0-9_-]`.
    static func isLevel(_ text: some StringProtocol, limit: Int) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= limit && bytes.allSatisfy(Self.isLevelByte)
    }

    /// Whether the text has a control character of Unicode (general category Cc).
    static func containsControl(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
