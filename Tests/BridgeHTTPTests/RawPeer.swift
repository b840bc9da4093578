import NIOCore
import NIOPosix
import Testing

/// A client that sends bytes and reads what comes, line by line, whatever it means.
struct RawPeer {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ""
    private(set) var isOver = false

    /// Connects for the time of the body; then the connection is gone.
    static func connect<Value: Sendable>(
        to port: Int,
        _ body: @escaping @Sendable (inout RawPeer) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var peer = RawPeer(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&peer)
        }
    }

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ text: String) async throws {
        try await self.outbound.write(ByteBuffer(string: text))
    }

    /// Asks for a stream of channels, as `{hash}` or `{hash}@{position}`.
    func ask(for channels: [String], token: String, lastEventID: String? = nil) async throws {
        let query = channels.map { "channel=\($0)" }.joined(separator: "&")
        let last = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try await self.send(
            "GET /v1/stream?\(query) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\n\(last)\r\n")
    }

    /// The next line without its end; nil at the end of input.
    mutating func line() async throws -> String? {
        while true {
            if let end = self.buffer.utf8.firstIndex(of: UInt8(ascii: "\n")) {
                let line = self.buffer[..<end]
                self.buffer = String(self.buffer[self.buffer.utf8.index(after: end)...])
                return line.hasSuffix("\r") ? String(line.dropLast()) : String(line)
            }
            guard let bytes = try await self.inbound.next() else {
                self.isOver = true
                return nil
            }
            // Through bytes: CR LF is one character.
            self.buffer = String(decoding: Array(self.buffer.utf8) + Array(bytes.readableBytesView), as: UTF8.self)
        }
    }

    /// What has come after the last line's end.
    var rest: String { self.buffer }

    /// The rest of the next line that begins so; chunk sizes and everything else before it is passed over.
    mutating func field(_ name: String) async throws -> String? {
        while let line = try await self.line() {
            if line.hasPrefix(name + ": ") { return String(line.dropFirst(name.count + 2)) }
        }
        return nil
    }
}
