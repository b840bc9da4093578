/// What went wrong between us and the broker; never holds a payload or a password.
public struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// The C library's error number or the broker's MQTT reason code.
    public let rawCode: Int32?
    /// Whether the same call may succeed later.
    public let isRetriable: Bool

    /// Creates an error; retriable as the code says unless told otherwise.
    public init(_ code: Code, _ message: String, rawCode: Int32? = nil, isRetriable: Bool? = nil) {
        self.code = code
        self.message = message
        self.rawCode = rawCode
        self.isRetriable = isRetriable ?? code.isRetriable
    }

    /// The code and the message, and the raw code where there is one.
    public var description: String {
        self.rawCode.map { "\(self.code): \(self.message) (\($0))" } ?? "\(self.code): \(self.message)"
    }
}
