/// What the access policy says to an action.
public enum Decision: Hashable, Sendable {
    /// It may be done.
    case allowed
    /// It may not; the code and a sentence for the peer.
    case denied(RealtimeError.Code, String)

    /// Whether it may be done.
    public var isAllowed: Bool { self == .allowed }

    /// The refusal as an error; nil where it may be done.
    public var error: RealtimeError? {
        switch self {
        case .allowed: nil
        case .denied(let code, let message): RealtimeError(code, message)
        }
    }
}
