import Testing

@testable import Realtime

/// Values that many tests begin with; the key and the site are those of the published hash vectors.
enum TestValues {
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    static let now: Int64 = 1_732_370_100

    static var site: SiteName { get throws { try SiteName("demo") } }
    static var channelKey: ChannelKey { get throws { try ChannelKey(bytes: Self.secret) } }

    /// Different hashes for different numbers.
    static func hash(_ number: UInt32) throws -> ChannelHash {
        let digest = (0..<20).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0 % 4))) }
        return try #require(ChannelHash(digest: digest))
    }
}
