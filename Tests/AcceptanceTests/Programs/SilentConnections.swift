import NIOCore
import NIOPosix

/// Many connections at once, which send the same few bytes and then wait.
struct SilentConnections: Sendable {
    private var channels: [any NIOCore.Channel] = []

    var count: Int { self.channels.count }

    /// Opens further ones, one after the other.
    mutating func open(_ count: Int, port: Int, sending bytes: [UInt8] = []) async throws {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        for _ in 0..<count {
            let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
            self.channels.append(channel)
            if !bytes.isEmpty { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
        }
    }

    /// Whether the one with this number is still open, counted from the oldest.
    func isOpen(_ number: Int) -> Bool {
        self.channels[number].isActive
    }

    /// Closes them all; those that the other side has closed are closed already.
    func close() async {
        for channel in self.channels { try? await channel.close() }
    }
}
