/// One topic of the contract's table; every other topic is refused.
public enum Topic: Hashable, Sendable {
    /// `rt/{site}/ch/{hash}`: events of a channel, published by the bridge alone.
    case channel(ChannelHash)
    /// `rt/{site}/in/{hash}`: data that becomes an event of the channel.
    case ingest(ChannelHash)
    /// `rt/{site}/up/{user}/{component}/{request}`: an upstream message.
    ///
    /// The component is the level as written, so that a wrong name gets an error that says so.
    case upstream(user: String, component: String, request: String)
    /// `rt/{site}/re/{user}/{client}/{request}`: the reply to one client; client `-` is "this connection".
    case reply(user: String, client: String, request: String)
    /// `rt/{site}/notify/{account}/{request}`: a service's events.
    case notify(account: String, request: String)
    /// `rt/{site}/reply/{account}/{request}`: the answer to a service.
    case notifyReply(account: String, request: String)
    /// `rt/{site}/work/{component}/{job}`: an upstream message for a worker.
    case work(component: ComponentName, job: String)
    /// `rt/{site}/done/{node}/{job}`: a worker's answer.
    case done(node: String, job: String)
    /// `rt/{site}/ctl/…`: what bridge nodes tell each other; the text is what follows `ctl/`.
    case control(String)

    /// The most bytes of a user, account, client or node.
    public static let maximumNameBytes = 64
    /// The most bytes of a request or job.
    public static let maximumRequestBytes = 40

    /// Whether a text can be a request: 1 to 40 bytes of `[A-Za-z0-9_-]`.
    public static func isRequest(_ text: some StringProtocol) -> Bool {
        ASCII.isLevel(text, limit: Self.maximumRequestBytes)
    }

    /// The topic as it is published.
    public func text(site: SiteName) -> String {
        let prefix = "rt/\(site)"
        return switch self {
        case .channel(let hash): "\(prefix)/ch/\(hash)"
        case .ingest(let hash): "\(prefix)/in/\(hash)"
        case .upstream(let user, let component, let request): "\(prefix)/up/\(user)/\(component)/\(request)"
        case .reply(let user, let client, let request): "\(prefix)/re/\(user)/\(client)/\(request)"
        case .notify(let account, let request): "\(prefix)/notify/\(account)/\(request)"
        case .notifyReply(let account, let request): "\(prefix)/reply/\(account)/\(request)"
        case .work(let component, let job): "\(prefix)/work/\(component)/\(job)"
        case .done(let node, let job): "\(prefix)/done/\(node)/\(job)"
        case .control(let rest): "\(prefix)/ctl/\(rest)"
        }
    }
}
