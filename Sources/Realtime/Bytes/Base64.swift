/// Base64 with the standard alphabet and padding: RFC 4648 section 4, as configuration files hold keys.
public enum Base64 {
    /// Encodes bytes, with padding.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var output: [UInt8] = []
        Base64Alphabet.standard.encode(bytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes strictly: nil without padding, for foreign characters, or a spelling that is not canonical.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        Base64Alphabet.standard.decode(text)
    }

    /// Decodes strictly: nil without padding, for foreign characters, or a spelling that is not canonical.
    public static func decode(_ text: String) -> [UInt8]? {
        Self.decode(Array(text.utf8).span)
    }
}
