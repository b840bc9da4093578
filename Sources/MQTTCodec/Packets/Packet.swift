/// One MQTT control packet of either version and either direction (MQTT 5 section 3).
public enum Packet: Sendable, Equatable {
    // Boxed: it is large and comes once a connection, and would make every PUBLISH as large.
    /// A client asks for a connection (section 3.1).
    indirect case connect(Connect)
    /// The server's answer to CONNECT (section 3.2).
    case connack(ConnAck)
    /// A message (section 3.3).
    case publish(Publish)
    /// A QoS 1 message has arrived (section 3.4).
    case puback(Acknowledgement)
    /// A QoS 2 message has arrived (section 3.5).
    case pubrec(Acknowledgement)
    /// A QoS 2 message may be forgotten (section 3.6).
    case pubrel(Acknowledgement)
    /// A QoS 2 message has been forgotten (section 3.7).
    case pubcomp(Acknowledgement)
    /// A client asks for messages (section 3.8).
    case subscribe(Subscribe)
    /// The answer to SUBSCRIBE (section 3.9).
    case suback(SubAck)
    /// A client gives up filters (section 3.10).
    case unsubscribe(Unsubscribe)
    /// The answer to UNSUBSCRIBE (section 3.11).
    case unsuback(UnsubAck)
    /// A client asks for a sign of life (section 3.12).
    case pingreq
    /// The sign of life (section 3.13).
    case pingresp
    /// The last packet (section 3.14).
    case disconnect(Disconnect)
    /// A step of extended authentication (section 3.15).
    case auth(Auth)

    /// The packet type's name as the specification writes it, for logs.
    public var name: String {
        switch self {
        case .connect: "CONNECT"
        case .connack: "CONNACK"
        case .publish: "PUBLISH"
        case .puback: "PUBACK"
        case .pubrec: "PUBREC"
        case .pubrel: "PUBREL"
        case .pubcomp: "PUBCOMP"
        case .subscribe: "SUBSCRIBE"
        case .suback: "SUBACK"
        case .unsubscribe: "UNSUBSCRIBE"
        case .unsuback: "UNSUBACK"
        case .pingreq: "PINGREQ"
        case .pingresp: "PINGRESP"
        case .disconnect: "DISCONNECT"
        case .auth: "AUTH"
        }
    }
}

extension Packet: CustomStringConvertible {
    /// The name alone: a payload or a password must not get into a log by accident.
    public var description: String { name }
}
