import Realtime

/// Names a message towards callbacks.
public enum MessageID {
    /// A new id: `msg_` and 22 characters of base64url, which are 128 random bits.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for _ in 0..<2 {
            // Eight bytes at a time: each call to the generator asks the system.
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        return "msg_" + Base64URL.encode(bytes)
    }
}
