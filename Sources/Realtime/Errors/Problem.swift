/// An error as HTTP carries it: `application/problem+json` (RFC 9457) with the contract's `code`.
public struct Problem: Sendable {
    /// The media type of ``encode()``.
    public static let mediaType = "application/problem+json"

    /// The HTTP status.
    public let status: Int
    /// What is wrong.
    public let error: RealtimeError

    /// Creates a problem.
    public init(status: Int, error: RealtimeError) {
        self.status = status
        self.error = error
    }

    /// Encodes it as `{"status","code","title","detail"}`.
    public func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.key("status")
            json.int(self.status)
            json.key("code")
            json.string(self.error.code.rawValue)
            json.key("title")
            json.string(self.error.code.rawValue.split(separator: "_").joined(separator: " "))
            json.key("detail")
            json.string(self.error.message)
        }
        return writer.bytes
    }
}
