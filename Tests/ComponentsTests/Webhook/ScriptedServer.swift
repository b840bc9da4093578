import NIOCore
import NIOPosix
import Synchronization

/// An HTTP server on loopback that answers with whatever bytes a test has it answer with.
final class ScriptedServer: Sendable {
    /// What the server does with a whole request.
    enum Answer: Sendable {
        /// Sends these bytes and keeps the connection.
        case bytes(String)
        /// Sends these bytes and closes the connection.
        case bytesThenClose(String)
        /// Sends the bytes, then one space after another, for as long as the connection lasts.
        case drip(String)
        /// Sends the bytes, then blocks of a million spaces, so many, as fast as they are read.
        case flood(String, blocks: Int)
        /// Never answers.
        case hang
    }

    /// A request as it came.
    struct Request: Sendable {
        let head: String
        let body: String

        func header(_ name: String) -> String? {
            for line in self.head.split(separator: "\r\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == name { return String(parts[1]) }
            }
            return nil
        }
    }

    private struct State: Sendable {
        var requests: [Request] = []
        var connections = 0
    }

    let port: Int
    /// Succeeds with the first whole request.
    let asked: EventLoopFuture<Void>
    /// Succeeds when the first connection is closed.
    let closed: EventLoopFuture<Void>
    private let channel: any Channel
    private let state: StateBox

    var requests: [Request] { self.state.value.withLock { $0.requests } }
    var connections: Int { self.state.value.withLock { $0.connections } }

    private init(channel: any Channel, state: StateBox, asked: EventLoopFuture<Void>, closed: EventLoopFuture<Void>) {
        self.channel = channel
        self.port = channel.localAddress?.port ?? 0
        self.state = state
        self.asked = asked
        self.closed = closed
    }

    /// Runs a server around a body; `answer` gets the request's number, from 0.
    static func run<Value: Sendable>(
        answer: @escaping @Sendable (Int) -> Answer,
        _ body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let asked = loop.makePromise(of: Void.self)
        let closed = loop.makePromise(of: Void.self)
        let state = StateBox()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .childChannelInitializer { child in
                state.value.withLock { $0.connections += 1 }
                child.closeFuture.whenComplete { _ in closed.succeed() }
                return child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Handler { request in
                            let number = state.value.withLock { state in
                                state.requests.append(request)
                                return state.requests.count - 1
                            }
                            asked.succeed()
                            return answer(number)
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(
            channel: channel, state: state, asked: asked.futureResult, closed: closed.futureResult
        )
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        asked.succeed()
        closed.succeed()
        try await channel.close().get()
        return try result.get()
    }

    private final class StateBox: Sendable {
        let value = Mutex(State())
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: (Request) -> Answer
        private var received = ""

        init(_ answer: @escaping (Request) -> Answer) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received += String(buffer: self.unwrapInboundIn(data))
            guard let end = self.received.firstRange(of: "\r\n\r\n") else { return }
            let request = Request(
                head: String(self.received[..<end.lowerBound]), body: String(self.received[end.upperBound...])
            )
            guard request.body.utf8.count == Int(request.header("content-length") ?? "") else { return }
            self.received = ""
            switch self.answer(request) {
            case .bytes(let text): self.write(text, context)
            case .bytesThenClose(let text):
                self.write(text, context)
                context.close(promise: nil)
            case .drip(let text):
                self.write(text, context)
                self.drip(context.channel)
            case .flood(let text, let blocks):
                self.write(text, context)
                Self.flood(context.channel, blocks: blocks)
            case .hang: break
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        private func drip(_ channel: any Channel) {
            let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
                channel.writeAndFlush(ByteBuffer(string: " "), promise: nil)
            }
            channel.closeFuture.whenComplete { _ in task.cancel() }
        }

        private static func flood(_ channel: any Channel, blocks: Int) {
            guard blocks > 0 else { return }
            let block = ByteBuffer(repeating: UInt8(ascii: " "), count: 1_000_000)
            channel.writeAndFlush(block).whenSuccess { Self.flood(channel, blocks: blocks - 1) }
        }
    }
}
