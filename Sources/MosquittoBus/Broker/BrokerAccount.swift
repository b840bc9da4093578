public import MessageBus
public import Realtime

/// An account of the embedded broker, for a program other than the bridge.
public struct BrokerAccount: Sendable {
    /// What an account may do; all else is denied.
    public enum Role: Sendable, Hashable {
        /// Notifies on its own `notify` topics and reads the answers on its own `reply` topics; reads the jobs of the
        /// components that it works for, and answers them.
        case service(components: [ComponentName] = [])
        /// Reads the events of these channels.
        case reader([ChannelHash])
    }

    /// The bridge's own account.
    static let bridge = "bridge"

    /// The name, as in topics: 1 to 64 bytes of `[A-Za-z0-9_-]`.
    public let name: String
    /// The password.
    public let password: String
    /// What the account may do.
    public let role: Role

    /// Creates an account.
    ///
    /// - Throws: `configurationInvalid` for a name with other characters, the name `bridge`, or an empty password.
    public init(name: String, password: String, role: Role) throws(BusError) {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
            throw BusError(.configurationInvalid, "a broker account's name is 1 to 64 characters of [A-Za-z0-9_-]")
        }
        guard name != Self.bridge else {
            throw BusError(.configurationInvalid, "the broker account \"\(Self.bridge)\" is the bridge's own")
        }
        guard !password.isEmpty, !password.utf8.contains(0) else {
            throw BusError(.configurationInvalid, "the broker account \"\(name)\" has no usable password")
        }
        self.name = name
        self.password = password
        self.role = role
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

extension BrokerAccount: CustomStringConvertible {
    /// The name; the password shall not get into logs by accident.
    public var description: String { self.name }
}
