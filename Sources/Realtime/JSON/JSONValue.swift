/// A parsed JSON value that keeps the exact bytes it was read from, so that a payload can be passed on unchanged.
public struct JSONValue: Sendable {
    /// What the value is.
    public enum Kind: Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number, as it is written.
        case number(String)
        /// A string, decoded.
        case string(String)
        /// An array's elements.
        case array([JSONValue])
        /// An object's members, in the order of the text.
        case object([Member])
        /// A value that was asked to be left unparsed; valid, known by its bytes only.
        case opaque
    }

    /// One member of an object.
    public struct Member: Sendable {
        /// The name, decoded.
        public let name: String
        /// The value.
        public let value: JSONValue
    }

    /// What the value is.
    public let kind: Kind
    /// The value's own bytes, without white space around it.
    ///
    /// They share the storage of the whole text.
    public let raw: ArraySlice<UInt8>

    /// Parses one JSON text strictly; members that occur twice in an object are refused.
    ///
    /// - Parameters:
    ///   - bytes: The text, UTF-8.
    ///   - maximumDepth: How many arrays and objects may lie within each other.
    ///   - opaque: A member's name, such as `payload`: values under it, at any depth, are checked by grammar, with the
    ///     whole depth for themselves, and not built.
    /// - Returns: The text's one value.
    /// - Throws: `payloadInvalid` with the offset and the reason, never the content.
    public static func parse(
        _ bytes: [UInt8],
        maximumDepth: Int = JSONSyntax.defaultMaximumDepth,
        opaque: String? = nil
    ) throws(RealtimeError) -> JSONValue {
        do {
            var parser = JSONParser(text: bytes, maximumDepth: maximumDepth, opaqueName: opaque)
            return try parser.parseText(bytes.span)
        } catch {
            throw error.error
        }
    }
}
