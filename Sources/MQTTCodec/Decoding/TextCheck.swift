import NIOCore

/// What one pass over a text field tells (MQTT 5 section 1.5.4).
struct TextCheck {
    /// Whether the bytes are UTF-8 `[MQTT-1.5.4-1]` without U+0000 `[MQTT-1.5.4-2]`.
    let isValid: Bool
    /// Whether `#` or `+` is among them.
    let hasWildcard: Bool

    init(_ bytes: ByteBuffer) {
        let span = bytes.readableBytesUInt8Span
        var isASCII = true
        var hasNull = false
        var hasWildcard = false
        for index in span.indices {
            let byte = span[index]
            if byte == 0 { hasNull = true }
            if byte == UInt8(ascii: "#") || byte == UInt8(ascii: "+") { hasWildcard = true }
            if byte >= 0x80 { isASCII = false }
        }
        self.hasWildcard = hasWildcard
        // Topics are ASCII as a rule: the full validation is only for what is not.
        isValid = !hasNull && (isASCII || Self.isUTF8(span))
    }

    private static func isUTF8(_ span: Span<UInt8>) -> Bool {
        (try? UTF8Span(validating: span)) != nil
    }
}
