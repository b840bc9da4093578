import NIOCore
import NIOPosix

/// A TCP connection whose every byte is the test's own.
final class RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// What has come and was not taken.
    private var received: [UInt8] = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects to a port of this machine for the time of the body, which has to end in time.
    static func open<R: Sendable>(
        _ what: String,
        port: Int,
        _ body: @escaping @Sendable (RawConnection) async throws -> R
    ) async throws -> R {
        try await Deadline.run(what) {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { try await body(RawConnection($0, $1)) }
        }
    }

    /// Sends bytes.
    ///
    /// Whoever is refused before all is sent may find the connection closed; what it was told until then counts.
    func send(_ bytes: [UInt8]) async {
        try? await self.outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Waits for so many bytes, and takes them; `nil` when the other side has ended before.
    func take(_ count: Int) async -> [UInt8]? {
        while self.received.count < count {
            guard await self.receive() else { return nil }
        }
        defer { self.received.removeFirst(count) }
        return Array(self.received.prefix(count))
    }

    /// Waits for bytes, and takes all up to their end; `nil` when the other side has ended before.
    func take(through end: [UInt8]) async -> [UInt8]? {
        while true {
            if let range = self.received.firstRange(of: end) { return await self.take(range.upperBound) }
            guard await self.receive() else { return nil }
        }
    }

    /// Waits until the other side has ended, and takes what it has sent until then.
    func rest() async -> [UInt8] {
        while await self.receive() {}
        defer { self.received = [] }
        return self.received
    }

    /// A reset ends a connection as well as its regular end.
    private func receive() async -> Bool {
        guard let bytes = try? await self.inbound.next() else { return false }
        self.received += bytes.readableBytesView
        return true
    }
}
