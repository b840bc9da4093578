import MQTTCodec

/// Properties by their names: what is read of them is what can be set.
enum PropertyFuzzing {
    static func check(_ properties: Properties) {
        check(properties, \.sessionExpiryInterval)
        check(properties, \.receiveMaximum)
        check(properties, \.maximumPacketSize)
        check(properties, \.topicAliasMaximum)
        check(properties, \.requestProblemInformation)
        check(properties, \.authenticationMethod)
        check(properties, \.authenticationData)
        check(properties, \.maximumQoS)
        check(properties, \.serverKeepAlive)
        check(properties, \.payloadFormatIndicator)
        check(properties, \.topicAlias)
        check(properties, \.responseTopic)
        check(properties, \.correlationData)
        check(properties, \.willDelayInterval)
        check(properties, \.reasonString)
        check(properties, \.subscriptionIdentifiers)
        let pairs = properties.userProperties
        precondition(
            Properties(userProperties: pairs).userProperties.elementsEqual(pairs, by: ==),
            "user properties keep their order"
        )
    }

    private static func check(_ properties: Properties, _ path: WritableKeyPath<Properties, some Equatable>) {
        var copy = Properties()
        copy[keyPath: path] = properties[keyPath: path]
        precondition(copy[keyPath: path] == properties[keyPath: path], "a property is read as it was set")
    }
}
