import Synchronization

/// Names a message towards callbacks.
public enum MessageID {
    /// What tells this process's messages from those of every other.
    private static let process = UInt64.random(in: .min ... .max)
    private static let count = Atomic<UInt64>(0)
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// A new id: `msg_` and 22 characters of base64url, which no other message has had.
    ///
    /// It is no secret, so that it need not ask the system for random numbers each time.
    public static func next() -> String {
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        // An odd factor gives each number another one, without showing how many messages there are.
        var bits = UInt128(Self.process) << 64 | UInt128(number &* 0x9E37_79B9_7F4A_7C15)
        return String(unsafeUninitializedCapacity: 26) { text in
            for (index, byte) in "msg_".utf8.enumerated() { text[index] = byte }
            // The last character has the two bits that are left of 128.
            text[25] = Self.alphabet.utf8Start[Int(bits & 3) << 4]
            bits >>= 2
            for index in (4..<25).reversed() {
                text[index] = Self.alphabet.utf8Start[Int(bits & 63)]
                bits >>= 6
            }
            return 26
        }
    }
}
