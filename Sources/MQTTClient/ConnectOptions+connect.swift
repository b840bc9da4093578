import MQTTCodec
import NIOCore

extension ConnectOptions {
    /// The CONNECT that these options ask for.
    var connect: Connect {
        Connect(
            version: version,
            cleanStart: cleanStart,
            keepAlive: keepAliveSeconds,
            clientID: clientID,
            username: username,
            password: password.map { ByteBuffer(string: $0) },
            will: will,
            properties: properties
        )
    }

    /// Keep Alive rounded up to what the wire can say.
    private var keepAliveSeconds: UInt16 {
        let (seconds, attoseconds) = keepAlive.components
        return UInt16(clamping: seconds + (attoseconds > 0 ? 1 : 0))
    }
}

extension ConnectOptions: CustomStringConvertible {
    /// Version and client id only: user name and password are secrets.
    public var description: String { "ConnectOptions(version: \(version), clientID: \(clientID))" }
}
