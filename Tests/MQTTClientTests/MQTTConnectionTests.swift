import MQTTCodec
import NIOCore
import Testing

@testable import MQTTClient

@Suite(.timeLimit(.minutes(1))) struct MQTTConnectionTests {
    typealias Transport = ScriptedServer.Transport

    @Test(arguments: Transport.allCases, [MQTTVersion.v3_1_1, .v5])
    func introducesItselfAndSaysGoodbye(transport: Transport, version: MQTTVersion) async throws {
        try await ScriptedServer.run(transport) { peer in
            let connect = try await peer.accept(ConnAck(properties: .with { $0.assignedClientIdentifier = "given" }))
            #expect(connect.version == version)
            #expect(connect.clientID == "asked")
            #expect(connect.password == ByteBuffer(string: "token"))
            #expect(connect.keepAlive == 26)
            #expect(!connect.cleanStart)
            #expect(try await peer.receive() == .disconnect(Disconnect()))
            #expect(try await peer.receive() == nil)
            if transport == .webSocket {
                #expect(peer.requestHead.contains("Sec-WebSocket-Protocol: mqtt\r\n"))
                #expect(peer.requestHead.contains("X-Test: yes\r\n"))
                #expect(peer.controls == [8])
            }
        } client: { endpoint in
            let options = ConnectOptions(
                version: version, clientID: "asked", username: "u", password: "token",
                keepAlive: .milliseconds(25_001), cleanStart: false
            )
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                #expect(connection.connack.reason == .success)
                #expect(connection.clientID == (version == .v5 ? "given" : "asked"))
            }
        }
    }

    @Test(arguments: Transport.allCases)
    func reportsARefusal(_ transport: Transport) async throws {
        try await ScriptedServer.run(transport) { peer in
            try await peer.accept(ConnAck(reason: .badUserNameOrPassword, properties: .with { $0.reasonString = "no" }))
            #expect(try await peer.receive() == nil)
        } client: { endpoint in
            let error = await #expect(throws: MQTTClientError.self) {
                try await MQTTConnection.withConnection(to: endpoint) { _ in }
            }
            #expect(error?.code == .connectionRefused)
            #expect(error?.reason == .badUserNameOrPassword)
            #expect(error?.message == "no")
            #expect(error?.isRetriable == false)
        }
    }

    @Test(arguments: Transport.allCases)
    func publishesWithEachQoS(_ transport: Transport) async throws {
        try await ScriptedServer.run(transport) { peer in
            try await peer.accept()
            guard case .publish(let first)? = try await peer.receive(),
                case .publish(let second)? = try await peer.receive()
            else { throw ScriptedPeer.Unexpected(packet: nil) }
            #expect(first.topic == ByteBuffer(string: "a") && first.payload == ByteBuffer(bytes: [1, 2]))
            #expect(second.qos == .atLeastOnce && second.properties.userProperty("key") == "k")
            try await peer.send(.puback(Acknowledgement(packetID: second.packetID, reason: .notAuthorized)))
            guard case .publish(let third)? = try await peer.receive() else {
                throw ScriptedPeer.Unexpected(packet: nil)
            }
            try await peer.send(.pubrec(Acknowledgement(packetID: third.packetID)))
            #expect(try await peer.receive() == .pubrel(Acknowledgement(packetID: third.packetID)))
            try await peer.send(.pubcomp(Acknowledgement(packetID: third.packetID)))
            #expect(try await peer.receive() == .disconnect(Disconnect()))
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                #expect(try await connection.publish(topic: "a", payload: [1, 2]) == nil)
                let refused = try await connection.publish(
                    topic: "b", payload: [], qos: .atLeastOnce,
                    properties: Properties(userProperties: [("key", "k")])
                )
                #expect(refused?.reason == .notAuthorized)
                let sent = try await connection.publish(topic: "c", payload: [3], qos: .exactlyOnce)
                #expect(sent?.reason == .success)
            }
        }
    }

    @Test(arguments: Transport.allCases, [MQTTVersion.v3_1_1, .v5])
    func subscribesReceivesAndUnsubscribes(transport: Transport, version: MQTTVersion) async throws {
        let messages = (0..<3).map { number in
            Publish(
                topic: ByteBuffer(string: "t"), payload: ByteBuffer(integer: UInt8(number)),
                qos: QoS(rawValue: UInt8(number)) ?? .atMostOnce, packetID: UInt16(number)
            )
        }
        try await ScriptedServer.run(transport) { peer in
            try await peer.accept()
            guard case .subscribe(let subscribe)? = try await peer.receive() else {
                throw ScriptedPeer.Unexpected(packet: nil)
            }
            #expect(subscribe.filters.map { String(buffer: $0.filter) } == ["t", "u"])
            let reasons: [ReasonCode] = [.grantedQoS1, .unspecifiedError]
            try await peer.send(.suback(SubAck(packetID: subscribe.packetID, reasons: reasons)))
            for message in messages { try await peer.send(.publish(message)) }
            #expect(try await peer.receive() == .puback(Acknowledgement(packetID: 1)))
            #expect(try await peer.receive() == .pubrec(Acknowledgement(packetID: 2)))
            guard case .unsubscribe(let unsubscribe)? = try await peer.receive() else {
                throw ScriptedPeer.Unexpected(packet: nil)
            }
            try await peer.send(
                .pubrel(Acknowledgement(packetID: 2)),
                .unsuback(UnsubAck(packetID: unsubscribe.packetID, reasons: [.success]))
            )
            #expect(try await peer.receive() == .pubcomp(Acknowledgement(packetID: 2)))
            #expect(try await peer.receive() == .disconnect(Disconnect()))
        } client: { endpoint in
            let options = ConnectOptions(version: version)
            try await MQTTConnection.withConnection(to: endpoint, options: options) { connection in
                let answer = try await connection.subscribe(["t", "u"], qos: .atLeastOnce)
                #expect(answer.reasons == [.grantedQoS1, .unspecifiedError])
                var received: [Publish] = []
                for try await message in connection.messages {
                    received.append(message)
                    if received.count == 3 { break }
                }
                #expect(received == messages)
                #expect(try await connection.unsubscribe(["t"]).reasons.count == (version == .v5 ? 1 : 0))
            }
        }
    }

    @Test(arguments: Transport.allCases)
    func surfacesTheServersDisconnect(_ transport: Transport) async throws {
        try await ScriptedServer.run(transport) { peer in
            try await peer.accept()
            _ = try await peer.receive()
            try await peer.send(
                .publish(Publish(topic: ByteBuffer(string: "last"), payload: ByteBuffer())),
                .disconnect(Disconnect(reason: .sessionTakenOver))
            )
            #expect(try await peer.receive() == nil)
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                let error = await #expect(throws: MQTTClientError.self) {
                    try await connection.publish(topic: "a", payload: [], qos: .atLeastOnce)
                }
                #expect(error?.code == .disconnected && error?.reason == .sessionTakenOver)
                // What came before is still there, then the reason.
                let last = try await connection.nextMessage()
                #expect(last?.topic == ByteBuffer(string: "last"))
                let end = await #expect(throws: MQTTClientError.self) { try await connection.nextMessage() }
                #expect(end?.reason == .sessionTakenOver)
                let late = await #expect(throws: MQTTClientError.self) {
                    try await connection.publish(topic: "a", payload: [])
                }
                #expect(late?.reason == .sessionTakenOver)
            }
        }
    }

    @Test func reportsALostConnection() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept()
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                let error = await #expect(throws: MQTTClientError.self) { try await connection.nextMessage() }
                #expect(error?.code == .connectionClosed && error?.isRetriable == true)
            }
        }
    }

    @Test func endsMessagesWhenClosedFromThisSide() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept()
            #expect(try await peer.receive() == nil)
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                await connection.abort()
                let message = try await connection.nextMessage()
                #expect(message == nil)
                let error = await #expect(throws: MQTTClientError.self) { try await connection.subscribe(["a"]) }
                #expect(error?.code == .connectionClosed)
            }
        }
    }

    @Test func doesNotHangOnCancellation() async throws {
        try await ScriptedServer.run(.tcp) { peer in
            try await peer.accept()
            // Both calls are under way, or already cancelled; then the goodbye.
            while let packet = try await peer.receive(), packet != .disconnect(Disconnect()) {}
        } client: { endpoint in
            try await MQTTConnection.withConnection(to: endpoint) { connection in
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask { await isCancelled { _ = try await connection.nextMessage() } }
                    group.addTask {
                        await isCancelled { try await connection.publish(topic: "a", payload: [], qos: .atLeastOnce) }
                    }
                    group.cancelAll()
                    for await cancelled in group { #expect(cancelled) }
                }
            }
        }
    }
}

private func isCancelled(_ operation: () async throws -> some Any) async -> Bool {
    do {
        _ = try await operation()
        return false
    } catch {
        return error is CancellationError
    }
}
