import NIOCore

/// One property as it stands in a packet.
struct Property: Sendable, Equatable {
    /// A value in the form that the identifier's format calls for; all integers share one case.
    enum Value: Sendable, Equatable {
        case integer(UInt32)
        case string(String)
        case binary(ByteBuffer)
        case pair(name: String, value: String)
    }

    let identifier: PropertyIdentifier
    let value: Value
}
