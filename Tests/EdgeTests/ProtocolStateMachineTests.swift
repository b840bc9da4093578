import MQTTCodec
import NIOCore
import Testing

@testable import Edge

@Suite struct ProtocolStateMachineTests {
    private static func connected(_ version: MQTTVersion) -> ProtocolStateMachine {
        var machine = ProtocolStateMachine()
        machine.connected(version)
        return machine
    }

    /// The reason that a packet is refused for; `nil` when it is taken.
    private static func failure(of packet: Packet, _ version: MQTTVersion) -> ReasonCode? {
        var machine = Self.connected(version)
        if case .fail(let reason, _) = machine.receive(packet) { return reason }
        return nil
    }

    private static func publish(_ qos: QoS = .atMostOnce, retain: Bool = false, alias: UInt16? = nil) -> Packet {
        var properties = Properties()
        properties.topicAlias = alias
        return .publish(
            Publish(
                topic: ByteBuffer(string: "a"),
                payload: ByteBuffer(),
                qos: qos,
                retain: retain,
                packetID: qos == .atMostOnce ? 0 : 1,
                properties: properties
            )
        )
    }

    @Test func firstComesConnect() {
        var machine = ProtocolStateMachine()
        guard case .fail(.protocolError, _) = machine.receive(.pingreq) else {
            Issue.record("a packet before CONNECT was taken")
            return
        }
        guard case .authenticate(let connect) = machine.receive(.connect(Connect(clientID: "c"))) else {
            Issue.record("CONNECT was not taken")
            return
        }
        #expect(connect.clientID == "c")
        let version = machine.version
        #expect(version == nil)
    }

    @Test(arguments: [MQTTVersion.v3_1_1, .v5])
    func connectComesOnce(_ version: MQTTVersion) {
        #expect(Self.failure(of: .connect(Connect(version: version)), version) == .protocolError)
    }

    @Test func enhancedAuthenticationIsNotServed() {
        var properties = Properties()
        properties.authenticationMethod = "SCRAM"
        var machine = ProtocolStateMachine()
        guard case .fail(let reason, _) = machine.receive(.connect(Connect(properties: properties))) else {
            Issue.record("an authentication method was taken")
            return
        }
        #expect(reason == .badAuthenticationMethod)
        #expect(Self.failure(of: .auth(Auth()), .v5) == .protocolError)
    }

    @Test func whatMQTT5WasToldIsNotServedIsRefused() {
        #expect(Self.failure(of: Self.publish(.exactlyOnce), .v5) == .qosNotSupported)
        #expect(Self.failure(of: Self.publish(retain: true), .v5) == .retainNotSupported)
        #expect(Self.failure(of: Self.publish(alias: 1), .v5) == .topicAliasInvalid)
        #expect(Self.failure(of: Self.publish(.atLeastOnce), .v5) == nil)
        var subscribe = Subscribe(packetID: 1, filters: [Subscription(filter: ByteBuffer(string: "a"))])
        #expect(Self.failure(of: .subscribe(subscribe), .v5) == nil)
        subscribe.properties.subscriptionIdentifiers = [7]
        #expect(Self.failure(of: .subscribe(subscribe), .v5) == .subscriptionIdentifiersNotSupported)
    }

    @Test func version311MayUseQoS2AndRetain() {
        #expect(Self.failure(of: Self.publish(.exactlyOnce, retain: true), .v3_1_1) == nil)
        var machine = Self.connected(.v3_1_1)
        guard case .complete(packetID: 9) = machine.receive(.pubrel(Acknowledgement(packetID: 9))) else {
            Issue.record("PUBREL was not completed")
            return
        }
        let isClosed = machine.isClosed
        #expect(!isClosed)
    }

    @Test func whatOnlyServersSendIsRefused() {
        let packets: [Packet] = [
            .connack(ConnAck()), .suback(SubAck(packetID: 1, reasons: [.success])),
            .unsuback(UnsubAck(packetID: 1, reasons: [])), .pingresp,
        ]
        for packet in packets {
            #expect(Self.failure(of: packet, .v5) == .protocolError)
        }
    }

    @Test func pingIsAnswered() {
        var machine = Self.connected(.v5)
        guard case .pong = machine.receive(.pingreq) else {
            Issue.record("PINGREQ was not answered")
            return
        }
        let version = machine.version
        #expect(version == .v5)
    }

    @Test func closedTakesNothing() {
        var machine = Self.connected(.v5)
        machine.close()
        guard case .ignore = machine.receive(.pingreq) else {
            Issue.record("a packet was taken after the end")
            return
        }
        let isClosed = machine.isClosed
        #expect(isClosed)
        let version = machine.version
        #expect(version == nil)
    }
}
