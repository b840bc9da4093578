/// The name of the one site that a bridge serves: 1 to 32 bytes of `[A-Za-z0-9_-]`, the second level of every topic.
public struct SiteName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it is written in topics and tokens.
    public let rawValue: String

    /// Checks and takes a site's name.
    ///
    /// - Throws: `configurationInvalid` where the name is empty, too long, or has other characters.
    public init(_ rawValue: String) throws(RealtimeError) {
        guard ASCII.isLevel(rawValue, limit: 32) else {
            throw RealtimeError(.configurationInvalid, "a site's name is 1 to 32 characters of [A-Za-z0-9_-]")
        }
        self.rawValue = rawValue
    }

    /// The name as it is written in topics and tokens.
    public var description: String { self.rawValue }
}
