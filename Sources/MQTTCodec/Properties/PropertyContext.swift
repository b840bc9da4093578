/// Where properties stand, and which may stand there (MQTT 5 section 2.2.2.2, table 2-4).
enum PropertyContext {
    case packet(PacketKind)
    case will

    /// The properties that this place takes, whoever sends them.
    var allowed: PropertySet {
        switch self {
        case .will: Self.willProperties
        case .packet(let kind):
            switch kind {
            case .connect: Self.connectProperties
            case .connack: Self.connackProperties
            case .publish: Self.publishProperties
            case .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback: Self.answerProperties
            case .subscribe: Self.subscribeProperties
            case .unsubscribe: Self.unsubscribeProperties
            case .disconnect: Self.disconnectProperties
            case .auth: Self.authProperties
            case .pingreq, .pingresp: Self.noProperties
            }
        }
    }

    /// Whether the property may come more than once there.
    func allowsRepetition(of identifier: PropertyIdentifier) -> Bool {
        switch (self, identifier) {
        case (_, .userProperty), (.packet(.publish), .subscriptionIdentifier): true
        default: false
        }
    }

    private static let noProperties = PropertySet()
    private static let willProperties = PropertySet(
        .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic, .correlationData,
        .willDelayInterval, .userProperty
    )
    private static let connectProperties = PropertySet(
        .sessionExpiryInterval, .authenticationMethod, .authenticationData, .requestProblemInformation,
        .requestResponseInformation, .receiveMaximum, .topicAliasMaximum, .userProperty, .maximumPacketSize
    )
    private static let connackProperties = PropertySet(
        .sessionExpiryInterval, .assignedClientIdentifier, .serverKeepAlive, .authenticationMethod,
        .authenticationData, .responseInformation, .serverReference, .reasonString, .receiveMaximum,
        .topicAliasMaximum, .maximumQoS, .retainAvailable, .userProperty, .maximumPacketSize,
        .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable, .sharedSubscriptionAvailable
    )
    private static let publishProperties = PropertySet(
        .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic, .correlationData,
        .subscriptionIdentifier, .topicAlias, .userProperty
    )
    private static let answerProperties = PropertySet(.reasonString, .userProperty)
    private static let subscribeProperties = PropertySet(.subscriptionIdentifier, .userProperty)
    private static let unsubscribeProperties = PropertySet(.userProperty)
    private static let disconnectProperties = PropertySet(
        .sessionExpiryInterval, .serverReference, .reasonString, .userProperty
    )
    private static let authProperties = PropertySet(
        .authenticationMethod, .authenticationData, .reasonString, .userProperty
    )
}
