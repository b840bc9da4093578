public import Realtime

/// Who publishes: keys of different publishers never meet, and some may reach only some components.
public struct Publisher: Sendable {
    /// A name that no other publisher has.
    public let name: String
    /// The components that it may publish to; `nil` for all.
    public let components: Set<ComponentName>?

    private init(name: String, components: Set<ComponentName>?) {
        self.name = name
        self.components = components
    }

    /// A server with an API key.
    public static func apiKey(_ name: String, components: Set<ComponentName>?) -> Publisher {
        Publisher(name: "key/\(name)", components: components)
    }

    /// A service with an account on the broker, or with the role `service` on the edge.
    public static func account(_ name: String, components: Set<ComponentName>? = nil) -> Publisher {
        Publisher(name: "account/\(name)", components: components)
    }

    /// The program that embeds the bridge.
    public static let library = Publisher(name: "library", components: nil)

    /// A client that publishes to `in`.
    static func user(_ name: String) -> Publisher {
        Publisher(name: "user/\(name)", components: nil)
    }

    func check(_ channel: Channel) throws(RealtimeError) {
        guard self.components?.contains(channel.component) ?? true else {
            throw RealtimeError(.forbidden, "this publisher is not for component \(channel.component)")
        }
    }
}
