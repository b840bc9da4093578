/// MQTT packets byte by byte, so that they can be wrong: written from the standard, without the bridge's codec.
enum MQTTBytes {
    /// PINGREQ.
    static let ping: [UInt8] = [0xC0, 0]

    /// A packet with its length.
    static func packet(_ first: UInt8, _ body: [UInt8]) -> [UInt8] {
        [first] + self.length(body.count) + body
    }

    /// A variable byte integer (MQTT 5, section 1.5.5).
    static func length(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        repeat {
            let digit = UInt8(rest % 128)
            rest /= 128
            bytes.append(rest > 0 ? digit | 128 : digit)
        } while rest > 0
        return bytes
    }

    /// Two bytes.
    static func number(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    /// Two bytes of length, then the bytes.
    static func text(_ bytes: some Collection<UInt8>) -> [UInt8] {
        self.number(UInt16(bytes.count)) + bytes
    }

    /// A text with its length.
    static func text(_ text: String) -> [UInt8] {
        self.text(text.utf8)
    }

    /// Properties with their length, where the version has them.
    static func properties(_ version: UInt8, _ bytes: [UInt8] = []) -> [UInt8] {
        version == 5 ? self.length(bytes.count) + bytes : []
    }

    /// CONNECT with a clean start, a keep-alive of a minute and a user name.
    static func connect(
        _ version: UInt8,
        token: String?,
        clientID: [UInt8] = Array("raw-\(Int.random(in: 0..<Int.max))".utf8),
        name: String = "MQTT",
        flags: UInt8 = 0,
        properties: [UInt8] = [],
        will: (topic: String, payload: String)? = nil
    ) -> [UInt8] {
        var flags = flags | 0x02
        if will != nil { flags |= 0x04 }
        if token != nil { flags |= 0xC0 }
        var body = self.text(name) + [version, flags] + self.number(60) + self.properties(version, properties)
        body += self.text(clientID)
        if let will { body += self.properties(version) + self.text(will.topic) + self.text(will.payload) }
        if let token { body += self.text("raw") + self.text(token) }
        return self.packet(0x10, body)
    }

    /// PUBLISH; `flags` are added to those of the QoS.
    static func publish(
        _ topic: some Collection<UInt8>,
        _ version: UInt8,
        payload: [UInt8] = Array("1".utf8),
        qos: UInt8 = 1,
        packetID: UInt16 = 7,
        flags: UInt8 = 0,
        properties: [UInt8] = []
    ) -> [UInt8] {
        let header = self.text(topic) + (qos > 0 ? self.number(packetID) : [])
        return self.packet(0x30 | qos << 1 | flags, header + self.properties(version, properties) + payload)
    }

    /// SUBSCRIBE.
    static func subscribe(
        _ filters: [[UInt8]],
        _ version: UInt8,
        packetID: UInt16 = 9,
        options: UInt8 = 0,
        properties: [UInt8] = []
    ) -> [UInt8] {
        let filters = filters.flatMap { self.text($0) + [options] }
        return self.packet(0x82, self.number(packetID) + self.properties(version, properties) + filters)
    }
}
