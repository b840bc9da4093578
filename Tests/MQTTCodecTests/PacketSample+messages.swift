import MQTTCodec
import NIOCore

extension PacketSample {
    /// PUBACK, PUBREC, PUBREL and PUBCOMP.
    static let acknowledgements =
        [MQTTVersion.v3_1_1, .v5].flatMap { version in
            [
                PacketSample(version, .fromClient, "40 02 1234", .puback(Acknowledgement(packetID: 0x1234))),
                PacketSample(version, .fromServer, "50 02 0001", .pubrec(Acknowledgement(packetID: 1))),
                PacketSample(version, .fromClient, "62 02 0001", .pubrel(Acknowledgement(packetID: 1))),
                PacketSample(version, .fromServer, "70 02 ffff", .pubcomp(Acknowledgement(packetID: 0xFFFF))),
            ]
        } + [
            PacketSample(
                .v5, .fromServer, "40 03 0001 87",
                .puback(Acknowledgement(packetID: 1, reason: .notAuthorized))
            ),
            PacketSample(
                .v5, .fromServer, "40 09 0001 87 05 1f0002 6e6f",
                .puback(
                    Acknowledgement(packetID: 1, reason: .notAuthorized, properties: .with { $0.reasonString = "no" })
                )
            ),
            PacketSample(
                .v5, .fromServer, "50 03 0001 10",
                .pubrec(Acknowledgement(packetID: 1, reason: .noMatchingSubscribers))
            ),
            PacketSample(
                .v5, .fromServer, "62 03 0001 92",
                .pubrel(Acknowledgement(packetID: 1, reason: .packetIdentifierNotFound))
            ),
            PacketSample(
                .v5, .fromClient, "70 0b 0001 00 07 260001 61 0001 62",
                .pubcomp(Acknowledgement(packetID: 1, properties: .with { $0.userProperties = [("a", "b")] }))
            ),
        ]

    /// PUBLISH.
    static let messages = [
        PacketSample(
            .v3_1_1, .fromServer, "30 07 0003 612f62 6869",
            .publish(Publish(topic: ByteBuffer(string: "a/b"), payload: ByteBuffer(string: "hi")))
        ),
        PacketSample(
            .v3_1_1, .fromClient, "3d 05 0001 61 0007",
            .publish(
                Publish(
                    topic: ByteBuffer(string: "a"), payload: ByteBuffer(), qos: .exactlyOnce, retain: true,
                    duplicate: true, packetID: 7
                )
            )
        ),
        PacketSample(
            .v5, .fromServer, "30 06 0001 61 00 6869",
            .publish(Publish(topic: ByteBuffer(string: "a"), payload: ByteBuffer(string: "hi")))
        ),
        PacketSample(
            .v5, .fromClient, "32 0b 0000 0001 03 230005 2b2b2b",
            .publish(
                Publish(
                    topic: ByteBuffer(), payload: ByteBuffer(string: "+++"), qos: .atLeastOnce, packetID: 1,
                    properties: .with { $0.topicAlias = 5 }
                )
            )
        ),
        PacketSample(
            .v5, .fromServer, "30 0b 0002 c3a9 05 0b01 0bc102 21",
            .publish(
                Publish(
                    topic: ByteBuffer(string: "é"), payload: ByteBuffer(string: "!"),
                    properties: .with { $0.subscriptionIdentifiers = [1, 321] }
                )
            )
        ),
    ]

    /// SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK.
    static let subscriptions = [
        PacketSample(
            .v3_1_1, .fromClient, "82 0c 000a 0003 612f23 01 0001 62 00",
            .subscribe(
                Subscribe(
                    packetID: 10,
                    filters: [
                        Subscription(filter: ByteBuffer(string: "a/#"), qos: .atLeastOnce),
                        Subscription(filter: ByteBuffer(string: "b")),
                    ]
                )
            )
        ),
        PacketSample(
            .v5, .fromClient, "82 09 000a 02 0b07 0001 2b 2e",
            .subscribe(
                Subscribe(
                    packetID: 10,
                    filters: [
                        Subscription(
                            filter: ByteBuffer(string: "+"), qos: .exactlyOnce, noLocal: true,
                            retainAsPublished: true, retainHandling: .doNotSend
                        )
                    ],
                    properties: .with { $0.subscriptionIdentifiers = [7] }
                )
            )
        ),
        PacketSample(
            .v3_1_1, .fromServer, "90 04 000a 01 80",
            .suback(SubAck(packetID: 10, reasons: [.grantedQoS1, .unspecifiedError]))
        ),
        PacketSample(
            .v5, .fromServer, "90 05 000a 00 01 87",
            .suback(SubAck(packetID: 10, reasons: [.grantedQoS1, .notAuthorized]))
        ),
        PacketSample(
            .v3_1_1, .fromClient, "a2 08 000b 0001 61 0001 62",
            .unsubscribe(Unsubscribe(packetID: 11, filters: [ByteBuffer(string: "a"), ByteBuffer(string: "b")]))
        ),
        PacketSample(
            .v5, .fromClient, "a2 06 000b 00 0001 61",
            .unsubscribe(Unsubscribe(packetID: 11, filters: [ByteBuffer(string: "a")]))
        ),
        PacketSample(.v3_1_1, .fromServer, "b0 02 000b", .unsuback(UnsubAck(packetID: 11, reasons: []))),
        PacketSample(
            .v5, .fromServer, "b0 05 000b 00 00 11",
            .unsuback(UnsubAck(packetID: 11, reasons: [.success, .noSubscriptionExisted]))
        ),
    ]
}
