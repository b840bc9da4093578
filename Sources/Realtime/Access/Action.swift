/// What a connection asks to do.
public enum Action: Hashable, Sendable {
    /// Subscribe; the client id is the connection's own, for its reply topic.
    case subscribe(TopicFilter, clientID: String)
    /// Publish, or leave a will that does.
    case publish(Topic)
}
