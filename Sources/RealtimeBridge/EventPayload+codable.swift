import Foundation
public import Realtime

extension EventPayload {
    /// A value as JSON; dates are written as ISO 8601 has them.
    ///
    /// - Throws: Whatever the value's `encode(to:)` throws, or Foundation where JSON cannot hold it.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .withoutEscapingSlashes
        self.init(stored: Array(try encoder.encode(value)))
    }

    /// Reads a value; dates are read as ISO 8601 has them.
    ///
    /// - Throws: `DecodingError` where the payload is of another form.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(self.bytes))
    }
}
