import MQTTClient
import MQTTCodec
import NIOCore
import NIOPosix

/// A server on loopback that takes one connection and follows a script.
enum ScriptedServer {
    enum Transport: Sendable, CaseIterable {
        case tcp
        case webSocket
    }

    /// Runs script and client side by side; returns when both are done.
    static func run<R: Sendable>(
        _ transport: Transport,
        script: @escaping @Sendable (ScriptedPeer) async throws -> Void,
        client: (MQTTEndpoint) async throws -> R
    ) async throws -> R {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        let endpoint: MQTTEndpoint =
            switch transport {
            case .tcp: .tcp(host: "127.0.0.1", port: port)
            case .webSocket: .webSocket(host: "127.0.0.1", port: port, path: "/mqtt", headers: [("X-Test", "yes")])
            }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        try await connection.executeThenClose { inbound, outbound in
                            let peer = ScriptedPeer(inbound.makeAsyncIterator(), outbound, transport)
                            try await script(peer)
                        }
                        return
                    }
                }
            }
            do {
                let result = try await client(endpoint)
                try await group.waitForAll()
                return result
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }
}
