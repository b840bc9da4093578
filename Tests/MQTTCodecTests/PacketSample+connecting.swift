import MQTTCodec
import NIOCore

extension PacketSample {
    /// CONNECT and CONNACK.
    static let connects = [
        PacketSample(
            .v3_1_1, .fromClient, "10 0d 0004 4d515454 04 02 003c 0001 61",
            .connect(Connect(version: .v3_1_1, keepAlive: 60, clientID: "a"))
        ),
        PacketSample(
            .v3_1_1, .fromClient,
            "10 1f 0004 4d515454 04 ee 0000 0001 61 0003 772f74 0002 6869 0001 75 0004 00ff0001",
            .connect(
                Connect(
                    version: .v3_1_1, clientID: "a", username: "u", password: ByteBuffer(hex: "00ff0001"),
                    will: Will(
                        topic: ByteBuffer(string: "w/t"), payload: ByteBuffer(string: "hi"), qos: .atLeastOnce,
                        retain: true
                    )
                )
            )
        ),
        PacketSample(
            .v5, .fromClient, "10 0d 0004 4d515454 05 00 0000 00 0000", .connect(Connect(cleanStart: false))
        ),
        PacketSample(
            .v5, .fromClient,
            """
            10 2b 0004 4d515454 05 56 000a 0d 1100000e10 210014 2700010000 0001 61 \
            05 1800000005 0001 74 0001 21 0002 7077
            """,
            .connect(
                Connect(
                    keepAlive: 10, clientID: "a", password: ByteBuffer(string: "pw"),
                    will: Will(
                        topic: ByteBuffer(string: "t"), payload: ByteBuffer(string: "!"), qos: .exactlyOnce,
                        properties: .with { $0.willDelayInterval = 5 }
                    ),
                    properties: .with {
                        $0.sessionExpiryInterval = 3600
                        $0.receiveMaximum = 20
                        $0.maximumPacketSize = 65536
                    }
                )
            )
        ),
        PacketSample(.v3_1_1, .fromServer, "20 02 01 00", .connack(ConnAck(sessionPresent: true))),
        PacketSample(.v3_1_1, .fromServer, "20 02 00 05", .connack(ConnAck(reason: .notAuthorized))),
        PacketSample(.v5, .fromServer, "20 03 00 87 00", .connack(ConnAck(reason: .notAuthorized))),
        PacketSample(
            .v5, .fromServer, "20 0d 01 00 0a 2401 2500 13001e 210400",
            .connack(
                ConnAck(
                    sessionPresent: true,
                    properties: .with {
                        $0.maximumQoS = .atLeastOnce
                        $0.retainAvailable = false
                        $0.serverKeepAlive = 30
                        $0.receiveMaximum = 1024
                    }
                )
            )
        ),
    ]

    /// PINGREQ, PINGRESP, DISCONNECT and AUTH.
    static let endings = [
        PacketSample(.v3_1_1, .fromClient, "c0 00", .pingreq),
        PacketSample(.v5, .fromClient, "c0 00", .pingreq),
        PacketSample(.v3_1_1, .fromServer, "d0 00", .pingresp),
        PacketSample(.v5, .fromServer, "d0 00", .pingresp),
        PacketSample(.v3_1_1, .fromClient, "e0 00", .disconnect(Disconnect())),
        PacketSample(.v5, .fromClient, "e0 00", .disconnect(Disconnect())),
        PacketSample(.v5, .fromServer, "e0 01 8e", .disconnect(Disconnect(reason: .sessionTakenOver))),
        PacketSample(
            .v5, .fromServer, "e0 08 9d 06 1c0003 612e62",
            .disconnect(Disconnect(reason: .serverMoved, properties: .with { $0.serverReference = "a.b" }))
        ),
        PacketSample(.v5, .fromServer, "f0 00", .auth(Auth())),
        PacketSample(
            .v5, .fromClient, "f0 0c 18 0a 150001 78 160003 000102",
            .auth(
                Auth(
                    reason: .continueAuthentication,
                    properties: .with {
                        $0.authenticationMethod = "x"
                        $0.authenticationData = ByteBuffer(hex: "000102")
                    }
                )
            )
        ),
    ]
}
