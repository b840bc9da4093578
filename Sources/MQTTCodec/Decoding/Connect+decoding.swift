import NIOCore

extension Connect {
    /// Reads a CONNECT's body (MQTT 5 section 3.1.2) and tells the version as soon as it is known.
    init(from reader: inout FieldReader, version known: inout MQTTVersion?) throws(MQTTError) {
        let version = try Self.version(from: &reader)
        known = version
        let flags = ConnectFlags(rawValue: try reader.byte())
        try flags.check(version: version)
        let keepAlive = try reader.twoByteInteger()
        var properties = Properties()
        if version == .v5 {
            properties = try Properties(from: &reader, in: .packet(.connect), direction: .fromClient)
        }
        let clientID = try reader.string()
        var will: Will?
        if flags.contains(.will) {
            will = try Will(from: &reader, flags: flags, version: version)
        }
        let username = flags.contains(.username) ? try reader.string() : nil
        let password = flags.contains(.password) ? try reader.binary() : nil
        try reader.finish()
        self.init(
            version: version,
            cleanStart: flags.contains(.cleanStart),
            keepAlive: keepAlive,
            clientID: clientID,
            username: username,
            password: password,
            will: will,
            properties: properties
        )
    }

    /// Where the level of a CONNECT's body ends: behind the name's length, `MQTT`, and the level itself.
    static let levelEnd = 7

    /// The version of a CONNECT whose body begins at an index; nil where it is none of ours.
    static func version(at start: Int, of buffer: ByteBuffer) -> MQTTVersion? {
        guard let head = buffer.getSlice(at: start, length: Self.levelEnd) else { return nil }
        var reader = FieldReader(head)
        return try? Self.version(from: &reader)
    }

    /// Protocol name and level (sections 3.1.2.1 and 3.1.2.2).
    private static func version(from reader: inout FieldReader) throws(MQTTError) -> MQTTVersion {
        let name = try reader.binary()
        let level = try reader.byte()
        guard name.readableBytesView.elementsEqual("MQTT".utf8), let version = MQTTVersion(rawValue: level) else {
            throw MQTTError(.unsupportedVersion, "not MQTT 3.1.1 or 5")
        }
        return version
    }
}

extension Will {
    fileprivate init(
        from reader: inout FieldReader,
        flags: ConnectFlags,
        version: MQTTVersion
    ) throws(MQTTError) {
        var properties = Properties()
        if version == .v5 {
            properties = try Properties(from: &reader, in: .will, direction: .fromClient)
        }
        let topic = try reader.topicName()
        guard topic.readableBytes > 0 else { throw MQTTError(.topicNameInvalid, "empty will topic") }
        guard let qos = flags.willQoS else { throw .malformed("will QoS 3") }
        self.init(
            topic: topic,
            payload: try reader.binary(),
            qos: qos,
            retain: flags.contains(.willRetain),
            properties: properties
        )
    }
}
