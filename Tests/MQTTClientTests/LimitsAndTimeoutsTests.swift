import MQTTCodec
import NIOCore
import Testing

@testable import MQTTClient

@Suite(.timeLimit(.minutes(1))) struct LimitsAndTimeoutsTests {
    @Test func givesUpWithoutAcknowledgement() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept()
            while try await peer.receive() != nil {}
        } client: { endpoint in
            var options = ConnectOptions()
            options.acknowledgementTimeout = .milliseconds(20)
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                let error = await #expect(throws: MQTTClientError.self) { try await connection.subscribe(["a"]) }
                #expect(error?.code == .timeout)
            }
        }
    }

    @Test(arguments: ScriptedServer.Transport.allCases)
    func givesUpWithoutConnack(_ transport: ScriptedServer.Transport) async throws {
        try await ScriptedServer.run(transport) { peer in
            try await peer.waitForClose()
        } client: { endpoint in
            var options = ConnectOptions()
            options.connectTimeout = .milliseconds(50)
            let error = await #expect(throws: MQTTClientError.self) {
                try await MQTTConnection.withConnection(to: endpoint, options: options) { _ in }
            }
            #expect(error?.code == .timeout)
        }
    }

    @Test func pingsWithinTheServersKeepAliveAndNoticesSilence() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept(ConnAck(properties: .with { $0.serverKeepAlive = 1 }))
            #expect(try await peer.receive() == .pingreq)
            // Unanswered: the client gives up.
            #expect(try await peer.receive() == nil)
        } client: { endpoint in
            var options = ConnectOptions()
            options.acknowledgementTimeout = .milliseconds(20)
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                let error = await #expect(throws: MQTTClientError.self) { try await connection.nextMessage() }
                #expect(error?.code == .timeout)
            }
        }
    }

    @Test(arguments: ScriptedServer.Transport.allCases)
    func takesAFloodThroughASmallBuffer(_ transport: ScriptedServer.Transport) async throws {
        let count = 5000
        try await ScriptedServer.run(transport) { peer in
            try await peer.accept()
            for number in 0..<count {
                let payload = ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 1000)
                try await peer.send(.publish(Publish(topic: ByteBuffer(string: "t"), payload: payload)))
            }
            #expect(try await peer.receive() == .disconnect(Disconnect()))
        } client: { endpoint in
            var options = ConnectOptions()
            options.messageLimit = 4
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                for number in 0..<count {
                    let message = try await connection.nextMessage()
                    #expect(message?.payload.readableBytesView.first == UInt8(truncatingIfNeeded: number))
                }
            }
        }
    }

    @Test func keepsToTheReceiveMaximum() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept(ConnAck(properties: .with { $0.receiveMaximum = 1 }))
            for _ in 0..<10 {
                guard case .publish(let publish)? = try await peer.receive() else { return }
                try await peer.send(.puback(Acknowledgement(packetID: publish.packetID)))
            }
            #expect(try await peer.receive() == .disconnect(Disconnect()))
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                try await withThrowingTaskGroup(of: ReasonCode?.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            try await connection.publish(topic: "a", payload: [], qos: .atLeastOnce)?.reason
                        }
                    }
                    for try await reason in group { #expect(reason == .success) }
                }
            }
        }
    }

    @Test func refusesWhatTheServerCannotTake() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept(ConnAck(properties: .with { $0.maximumPacketSize = 20 }))
            #expect(try await peer.receive() == .disconnect(Disconnect()))
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                for qos in [QoS.atMostOnce, .atLeastOnce] {
                    let error = await #expect(throws: MQTTClientError.self) {
                        try await connection.publish(topic: "a", payload: Array(repeating: 0, count: 20), qos: qos)
                    }
                    #expect(error?.code == .invalidArgument && error?.reason == .packetTooLarge)
                }
                let empty = await #expect(throws: MQTTClientError.self) {
                    try await connection.publish(topic: "", payload: [])
                }
                #expect(empty?.code == .invalidArgument)
            }
        }
    }

    @Test func tellsAServerThatBreaksTheProtocol() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept()
            try await peer.send(.puback(Acknowledgement(packetID: 77)))
            #expect(try await peer.receive() == .disconnect(Disconnect(reason: .protocolError)))
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                let error = await #expect(throws: MQTTClientError.self) { try await connection.nextMessage() }
                #expect(error?.code == .protocolViolation)
            }
        }
    }

    @Test func reportsThatNobodyListens() async throws {
        // Port 1 of loopback: a service there would be a curious machine.
        let error = await #expect(throws: MQTTClientError.self) {
            try await MQTTConnection.withConnection(to: .tcp(host: "127.0.0.1", port: 1)) { _ in }
        }
        #expect(error?.code == .connectFailed)
    }
}
