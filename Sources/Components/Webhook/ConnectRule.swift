import NIOCore

/// Which addresses a webhook's connection may lead to, whatever its name resolved to.
enum ConnectRule: Sendable {
    /// Nowhere: what tests refuse their own server with.
    case nowhere
    /// This machine only: what goes in plain text must not leave it.
    case loopback
    /// Anything, private networks included, but addresses that name a neighbourhood or nobody, and those where cloud
    /// machines find their credentials.
    case routed

    /// Whether the address that a connection has reached is allowed.
    func allows(_ address: SocketAddress?) -> Bool {
        switch address {
        // Where sockaddr_in and sockaddr_in6 have the address, on Linux and Darwin alike.
        case .v4(let address): self.allows(v4: withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address): self.allows(v6: withUnsafeBytes(of: address.address) { Array($0[8..<24]) })
        case .unixDomainSocket, nil: false
        }
    }

    /// Where machines of clouds find their credentials, other than on link-local addresses: Alibaba's 100.100.100.200,
    /// Azure's 168.63.129.16, Amazon's fd00:ec2::254, Google's fd20:ce::254, Oracle's fd00:c1::a9fe:a9fe and Scaleway's fd00:42::42.
    private static let metadata: [[UInt8]] = [
        [100, 100, 100, 200],
        [168, 63, 129, 16],
        [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54],
        [0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54],
        [0xFD, 0, 0, 0xC1, 0, 0, 0, 0, 0, 0, 0, 0, 0xA9, 0xFE, 0xA9, 0xFE],
        [0xFD, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42],
    ]

    private func allows(v4 bytes: [UInt8]) -> Bool {
        switch self {
        case .nowhere: false
        case .loopback: bytes[0] == 127
        case .routed:
            // 0.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 and 240.0.0.0/4 with the broadcast address in it.
            bytes[0] != 0 && !(bytes[0] == 169 && bytes[1] == 254) && bytes[0] < 224
                && !Self.metadata.contains(bytes)
        }
    }

    private func allows(v6 bytes: [UInt8]) -> Bool {
        let isLoopback = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
        switch self {
        case .nowhere:
            return false
        case .loopback:
            return isLoopback || Self.isMapped(bytes) && self.allows(v4: Array(bytes[12...]))
        case .routed:
            if isLoopback { return true }
            let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
            // NAT64 for local use (RFC 8215): only who set it up knows which IPv4 address it leads to.
            let isLocalTranslation = bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 1])
            return !isLinkLocal && !isLocalTranslation && bytes[0] != 0xFF && !Self.metadata.contains(bytes)
                && Self.embedded(in: bytes).allSatisfy(self.allows(v4:))
        }
    }

    /// The IPv4 addresses that an IPv6 address may lead to; it is judged as they are.
    private static func embedded(in bytes: [UInt8]) -> [[UInt8]] {
        // IPv4-mapped (RFC 4291, 2.5.5.2), and IPv4-compatible (2.5.5.1) with the unspecified address in it.
        if Self.isMapped(bytes) || bytes[..<12].allSatisfy({ $0 == 0 }) { return [Array(bytes[12...])] }
        // NAT64's well-known prefix (RFC 6052, 2.1).
        if bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return [Array(bytes[12...])] }
        // 6to4 (RFC 3056, 2).
        if bytes.starts(with: [0x20, 0x02]) { return [Array(bytes[2..<6])] }
        // Teredo (RFC 4380, 4): the server's address, and the client's with each bit turned over.
        if bytes.starts(with: [0x20, 0x01, 0, 0]) { return [Array(bytes[4..<8]), bytes[12...].map { ~$0 }] }
        return []
    }

    private static func isMapped(_ bytes: [UInt8]) -> Bool {
        bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    }
}
