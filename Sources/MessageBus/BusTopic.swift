/// The rules of MQTT for the topics that messages are published to (MQTT 5, section 4.7).
public enum BusTopic {
    /// The longest topic, in bytes.
    public static let maximumBytes = 65_535

    /// Checks a topic to publish to.
    ///
    /// U+0000 is refused here and not left to a C library, to which it would end the text.
    ///
    /// - Throws: `topicInvalid` if it is empty, too long, or has `+`, `#` or U+0000 in it (`[MQTT-4.7.1-1]`,
    ///   `[MQTT-4.7.3-1]`, `[MQTT-4.7.3-2]`, `[MQTT-4.7.3-3]`).
    public static func validate(_ topic: String) throws(BusError) {
        let count = topic.utf8.count
        guard count > 0, count <= Self.maximumBytes else {
            throw BusError(.topicInvalid, "a topic has 1 to \(Self.maximumBytes) bytes")
        }
        for byte in topic.utf8 where byte == UInt8(ascii: "+") || byte == UInt8(ascii: "#") || byte == 0 {
            throw BusError(.topicInvalid, "a topic to publish to has no wildcard and no U+0000")
        }
    }
}
