/// What kind of program holds a grant.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// A browser or another program of one user.
    case client
    /// A machine that publishes and listens.
    case device
    /// A server of the application: notifies and works for components.
    case service
}
