import NIOCore

/// Which addresses a webhook's connection may lead to, whatever its name resolved to.
enum ConnectRule: Sendable {
    /// Nowhere: what tests refuse their own server with.
    case nowhere
    /// This machine only: what goes in plain text must not leave it.
    case loopback
    /// Anything but addresses that name a neighbourhood or nobody; cloud machines keep their credentials on
    /// link-local ones.
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

    private func allows(v4 bytes: [UInt8]) -> Bool {
        switch self {
        case .nowhere: false
        case .loopback: bytes[0] == 127
        case .routed:
            // 0.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 and 240.0.0.0/4 with the broadcast address in it.
            bytes[0] != 0 && !(bytes[0] == 169 && bytes[1] == 254) && bytes[0] < 224
        }
    }

    private func allows(v6 bytes: [UInt8]) -> Bool {
        // An IPv4 address in IPv6's clothes is judged as what it is: ::ffff:0:0/96, and NAT64's 64:ff9b::/96.
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        let isTranslated = bytes.starts(with: [0, 0x64, 0xFF, 0x9B]) && bytes[4..<12].allSatisfy { $0 == 0 }
        if isMapped || isTranslated { return self.allows(v4: Array(bytes[12...])) }
        let isLoopback = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
        switch self {
        case .nowhere: return false
        case .loopback: return isLoopback
        case .routed:
            let isUnspecified = bytes.allSatisfy { $0 == 0 }
            let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
            return !isUnspecified && !isLinkLocal && bytes[0] != 0xFF
        }
    }
}
