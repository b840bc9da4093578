/// The payload of an event or message: one valid JSON text in one line.
public struct EventPayload: Sendable, Hashable {
    /// The JSON text, free of CR and LF.
    public let bytes: [UInt8]

    /// Takes a JSON text unchanged, but that CR and LF become spaces.
    ///
    /// - Parameters:
    ///   - json: The text.
    ///   - limit: The most bytes it may have.
    /// - Throws: `payloadTooLarge`, or `payloadInvalid` where it is not strict JSON of bounded depth.
    public init(json: [UInt8], limit: Int) throws(RealtimeError) {
        try Self.check(json.count, limit: limit)
        do throws(JSONFault) {
            try self.init(checking: json)
        } catch {
            throw error.error
        }
    }

    /// Takes a value that has been parsed already, by its own bytes.
    ///
    /// - Throws: `payloadTooLarge`.
    public init(_ value: JSONValue, limit: Int) throws(RealtimeError) {
        try Self.check(value.raw.count, limit: limit)
        var bytes = Array(value.raw)
        JSONSyntax.normalizeLineBreaks(&bytes)
        self.bytes = bytes
    }

    /// Takes the one value that a writer has written.
    public init(_ writer: JSONWriter) {
        self.bytes = writer.bytes
    }

    /// Takes the bytes of a payload as they were stored, without checking them again.
    public init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes what was published to `in`: JSON as it is, UTF-8 text as a JSON string, other bytes as `{"base64":"…"}`.
    ///
    /// The limit holds for the body and for what it becomes, because the latter is stored and sent. JSON that is valid
    /// but nested too deeply is refused, not wrapped.
    ///
    /// - Throws: `payloadTooLarge`, or `payloadInvalid` for JSON beyond the bounded depth.
    public init(ingesting body: [UInt8], limit: Int) throws(RealtimeError) {
        try Self.check(body.count, limit: limit)
        do throws(JSONFault) {
            try self.init(checking: body)
            return
        } catch {
            if error.reason == .tooDeep { throw error.error }
        }
        var writer = JSONWriter(reserving: body.count + body.count / 2 + 16)
        if let text = String(validating: body, as: UTF8.self) {
            writer.string(text)
        } else {
            writer.object { object in
                object.key("base64")
                object.string(Base64.encode(body))
            }
        }
        try Self.check(writer.bytes.count, limit: limit)
        self.init(writer)
    }

    private init(checking json: [UInt8]) throws(JSONFault) {
        var bytes = json
        if try JSONSyntax.scan(json.span, maximumDepth: JSONSyntax.defaultMaximumDepth) {
            JSONSyntax.normalizeLineBreaks(&bytes)
        }
        self.bytes = bytes
    }

    private static func check(_ count: Int, limit: Int) throws(RealtimeError) {
        guard count <= limit else {
            throw RealtimeError(.payloadTooLarge, "the payload has \(count) bytes, the limit is \(limit)")
        }
    }
}
