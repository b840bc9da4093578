/// Base64 with the URL-safe alphabet and without padding: RFC 4648 section 5, as JWS uses it (RFC 7515 section 2).
public enum Base64URL {
    /// Encodes bytes, without padding.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var output: [UInt8] = []
        Base64Alphabet.url.encode(bytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes strictly: nil for padding, foreign characters, white space, or a spelling that is not canonical.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        Base64Alphabet.url.decode(text)
    }

    /// Decodes strictly: nil for padding, foreign characters, white space, or a spelling that is not canonical.
    public static func decode(_ text: String) -> [UInt8]? {
        Self.decode(Array(text.utf8).span)
    }
}
