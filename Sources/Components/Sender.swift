/// Whose messages to one component run in order.
public struct Sender: Hashable, Sendable {
    /// The user of the grant.
    public let user: String
    /// The application's session of the grant.
    public let session: String

    /// Creates a sender.
    public init(user: String, session: String) {
        self.user = user
        self.session = session
    }
}
