public import NIOCore

/// CONNECT: a client asks for a connection (MQTT 5 section 3.1).
public struct Connect: Sendable, Equatable {
    /// The protocol version that the whole connection speaks.
    public var version: MQTTVersion
    /// Whether a stored session is discarded; 3.1.1 calls it Clean Session.
    public var cleanStart: Bool
    /// Seconds within which the client sends something; 0 turns the check off.
    public var keepAlive: UInt16
    /// The client identifier; empty asks the server to choose one.
    public var clientID: String
    /// The user name, if one was given.
    public var username: String?
    /// The password's bytes, if one was given; 3.1.1 allows it only with a user name `[MQTT-3.1.2-22]`.
    public var password: ByteBuffer?
    /// The message to publish when the connection ends without DISCONNECT.
    public var will: Will?
    /// MQTT 5's properties; empty and not written in 3.1.1.
    public var properties: Properties

    /// Makes a CONNECT; `keepAlive` in seconds.
    public init(
        version: MQTTVersion = .v5,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 0,
        clientID: String = "",
        username: String? = nil,
        password: ByteBuffer? = nil,
        will: Will? = nil,
        properties: Properties = Properties()
    ) {
        self.version = version
        self.cleanStart = cleanStart
        self.keepAlive = keepAlive
        self.clientID = clientID
        self.username = username
        self.password = password
        self.will = will
        self.properties = properties
    }
}

extension Connect: CustomStringConvertible {
    /// Version and client id only: user name and password are secrets.
    public var description: String {
        "CONNECT(version: \(version), clientID: \(clientID), cleanStart: \(cleanStart), keepAlive: \(keepAlive))"
    }
}
