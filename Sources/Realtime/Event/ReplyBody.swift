/// The answer to an upstream message, the same over MQTT and HTTP.
public enum ReplyBody: Sendable, Hashable {
    /// The callback ran: `{"ok":true,"payload":…}`.
    case success(payload: EventPayload)
    /// It did not, or failed: `{"ok":false,"error":{"code","message"}}`.
    case failure(RealtimeError)

    /// The answer as one line of JSON.
    public func encode() -> [UInt8] {
        switch self {
        case .success(let payload):
            // Exactly so long: replies are kept for ten minutes.
            let prefix: StaticString = #"{"ok":true,"payload":"#
            let count = prefix.utf8CodeUnitCount + payload.bytes.count + 1
            return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
                prefix.withUTF8Buffer { _ = bytes.update(fromContentsOf: $0) }
                _ = bytes[prefix.utf8CodeUnitCount...].update(fromContentsOf: payload.bytes)
                bytes[count - 1] = UInt8(ascii: "}")
                initialized = count
            }
        case .failure(let error):
            var writer = JSONWriter(reserving: error.message.utf8.count + 64)
            writer.object { reply in
                reply.key("ok")
                reply.bool(false)
                reply.error(error)
            }
            return writer.bytes
        }
    }

    /// Reads an answer of this form; unknown members are ignored.
    ///
    /// - Throws: `payloadInvalid` where the bytes are of another form, `payloadTooLarge` beyond the limit.
    public static func parse(_ bytes: [UInt8], limit: Int) throws(RealtimeError) -> ReplyBody {
        let value = try JSONValue.parse(bytes, opaque: "payload")
        switch value["ok"]?.bool {
        case true?:
            guard let payload = value["payload"] else { break }
            return .success(payload: try EventPayload(payload, limit: limit))
        case false?:
            guard let error = value["error"], let code = error["code"]?.string else { break }
            return .failure(RealtimeError(.init(rawValue: code), error["message"]?.string ?? ""))
        case nil: break
        }
        throw RealtimeError(.payloadInvalid, "a reply is {\"ok\":true,\"payload\":…} or {\"ok\":false,\"error\":{…}}")
    }
}
