import Crypto

/// The site's secret for channel hashes: 32 bytes.
public struct ChannelKey: Sendable, CustomStringConvertible {
    /// The number of bytes a key has.
    public static let byteCount = 32

    private let key: SymmetricKey

    /// Takes a key of exactly 32 bytes.
    ///
    /// - Throws: `configurationInvalid` for any other length.
    public init(bytes: [UInt8]) throws(RealtimeError) {
        guard bytes.count == Self.byteCount else {
            throw RealtimeError(.configurationInvalid, "the channel key has exactly 32 bytes")
        }
        self.key = SymmetricKey(data: bytes)
    }

    /// The channel's hash on this site: the first 20 bytes of HMAC-SHA256 over the versioned, line-separated fields.
    public func hash(of channel: Channel, site: SiteName) -> ChannelHash {
        var input: [UInt8] = []
        input.reserveCapacity(64 + channel.details.utf8.count + channel.area.utf8.count)
        input.append(contentsOf: "v1\n".utf8)
        input.append(contentsOf: site.rawValue.utf8)
        input.append(UInt8(ascii: "\n"))
        input.appendDecimal(channel.contextID)
        input.append(UInt8(ascii: "\n"))
        input.append(contentsOf: channel.component.rawValue.utf8)
        input.append(UInt8(ascii: "\n"))
        input.append(contentsOf: channel.area.utf8)
        input.append(UInt8(ascii: "\n"))
        input.appendDecimal(channel.itemID)
        input.append(UInt8(ascii: "\n"))
        input.append(contentsOf: channel.details.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: input, using: self.key)
        guard let hash = ChannelHash(digest: code) else {
            preconditionFailure("HMAC-SHA256 gives 32 bytes, a hash takes 20 of them")
        }
        return hash
    }

    /// Says that there is a key, never which.
    public var description: String { "ChannelKey(32 bytes)" }
}
