/// A filter of a SUBSCRIBE: a topic that can be subscribed to, or one of the three wildcards of the contract.
public enum TopicFilter: Hashable, Sendable {
    /// `rt/{site}/ch/{hash}`.
    case channel(ChannelHash)
    /// `rt/{site}/re/{user}/{client}/{request}`; a request of nil is `#`.
    case reply(user: String, client: String, request: String?)
    /// `rt/{site}/reply/{account}/{request}`; a request of nil is `#`.
    case notifyReply(account: String, request: String?)
    /// `rt/{site}/work/{component}/#`.
    case work(component: ComponentName)

    /// Reads a filter; nil where nobody may subscribe to it: other wildcards, `$share`, `$SYS`, topics for publishing.
    public static func parse(_ bytes: Span<UInt8>, site: SiteName) -> TopicFilter? {
        if bytes.count >= 2, bytes[bytes.count - 1] == UInt8(ascii: "#") {
            return Self.parseWildcard(bytes, site: site)
        }
        switch Topic.parse(bytes, site: site) {
        case .channel(let hash): return .channel(hash)
        case .reply(let user, let client, let request): return .reply(user: user, client: client, request: request)
        case .notifyReply(let account, let request): return .notifyReply(account: account, request: request)
        default: return nil
        }
    }

    /// Reads a filter; nil where nobody may subscribe to it.
    public static func parse(_ text: String, site: SiteName) -> TopicFilter? {
        Self.parse(text.utf8.span, site: site)
    }

    private static func parseWildcard(_ bytes: Span<UInt8>, site: SiteName) -> TopicFilter? {
        guard let levels = TopicLevels(bytes, site: site), levels.equals(levels.count - 1, "#", bytes) else {
            return nil
        }
        switch levels.count {
        case 5 where levels.equals(2, "reply", bytes):
            return levels.name(3, limit: Topic.maximumNameBytes, bytes).map { .notifyReply(account: $0, request: nil) }
        case 5 where levels.equals(2, "work", bytes):
            return levels.component(3, bytes).map { .work(component: $0) }
        case 6 where levels.equals(2, "re", bytes):
            guard let user = levels.name(3, limit: Topic.maximumNameBytes, bytes),
                let client = levels.name(4, limit: Topic.maximumNameBytes, bytes)
            else { return nil }
            return .reply(user: user, client: client, request: nil)
        default:
            return nil
        }
    }

    /// The filter as it is subscribed to.
    public func text(site: SiteName) -> String {
        switch self {
        case .channel(let hash): "rt/\(site)/ch/\(hash)"
        case .reply(let user, let client, let request): "rt/\(site)/re/\(user)/\(client)/\(request ?? "#")"
        case .notifyReply(let account, let request): "rt/\(site)/reply/\(account)/\(request ?? "#")"
        case .work(let component): "rt/\(site)/work/\(component)/#"
        }
    }
}
