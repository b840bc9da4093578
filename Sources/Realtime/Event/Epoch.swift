/// A life of the event log: positions of different epochs cannot be compared.
///
/// It is written in 1 to 16 characters of `[a-z0-9]`.
public struct Epoch: Hashable, Sendable, CustomStringConvertible {
    private let text: String

    /// An epoch that no log has, for a bound that lies before nothing known.
    public static let unknown = Epoch(unchecked: "")

    /// Reads an epoch; nil where it is empty, longer than 16 bytes, or has other characters.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...16).contains(bytes.count),
            bytes.allSatisfy({ ASCII.isDigit($0) || ASCII.isLowercase($0) })
        else { return nil }
        self.text = text
    }

    /// Makes a new epoch of 12 random characters, 62 bits: two lives of a log never meet by chance.
    public static func random(using generator: inout some RandomNumberGenerator) -> Epoch {
        var bytes: [UInt8] = []
        for _ in 0..<12 {
            let value = UInt8.random(in: 0..<36, using: &generator)
            bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
        }
        return Epoch(unchecked: String(decoding: bytes, as: UTF8.self))
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// The epoch as it is written in positions.
    public var description: String { self.text }
}
