/// An error of the contract: the same code and message reach a caller over MQTT and over HTTP.
///
/// The message says what is wrong in words that may be shown to the peer. It never holds a token, a key or a payload.
public struct RealtimeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure this is.
    public let code: Code
    /// What is wrong, in one sentence.
    public let message: String

    /// Makes an error from its code and a sentence for the peer.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(self.code.rawValue): \(self.message)" }
}
