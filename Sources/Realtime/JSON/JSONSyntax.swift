/// Strict JSON by RFC 8259: checks a text without building anything from it.
public enum JSONSyntax {
    /// How many arrays and objects may lie within each other where nothing else is said.
    public static let defaultMaximumDepth = 64

    /// Checks that the bytes are exactly one JSON text.
    ///
    /// Stricter than the RFC where it leaves room: UTF-8 and surrogates must be well-formed, depth is bounded. Members
    /// that occur twice are not looked for. Does not allocate.
    public static func validate(
        _ bytes: Span<UInt8>,
        maximumDepth: Int = Self.defaultMaximumDepth
    ) -> JSONValidation {
        do {
            return .valid(containsLineBreaks: try Self.scan(bytes, maximumDepth: maximumDepth))
        } catch {
            return .invalid(offset: error.offset, reason: error.reason.rawValue)
        }
    }

    /// Replaces CR and LF by spaces in place.
    ///
    /// For valid JSON only: there they can be nothing but white space, since a string holds them escaped.
    public static func normalizeLineBreaks(_ bytes: inout [UInt8]) {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r") {
            bytes[index] = UInt8(ascii: " ")
        }
    }

    /// Checks the bytes and says whether they contain line breaks.
    static func scan(_ bytes: Span<UInt8>, maximumDepth: Int) throws(JSONFault) -> Bool {
        var scanner = JSONScanner(maximumDepth: maximumDepth)
        try scanner.scanText(bytes)
        return scanner.containsLineBreaks
    }
}
