import MQTTCodec

extension Packet {
    /// The packet's properties, a will's after its packet's.
    var properties: [Properties] {
        switch self {
        case .connect(let connect): [connect.properties] + (connect.will.map { [$0.properties] } ?? [])
        case .connack(let connack): [connack.properties]
        case .publish(let publish): [publish.properties]
        case .puback(let body), .pubrec(let body), .pubrel(let body), .pubcomp(let body): [body.properties]
        case .subscribe(let subscribe): [subscribe.properties]
        case .suback(let suback): [suback.properties]
        case .unsubscribe(let unsubscribe): [unsubscribe.properties]
        case .unsuback(let unsuback): [unsuback.properties]
        case .disconnect(let disconnect): [disconnect.properties]
        case .auth(let auth): [auth.properties]
        case .pingreq, .pingresp: []
        }
    }
}
