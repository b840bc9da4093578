public import NIOCore

// Properties of CONNECT, CONNACK, DISCONNECT and AUTH.
extension Properties {
    /// Seconds that the session outlives its connection; 0xFFFFFFFF: for ever (section 3.1.2.11.2).
    public var sessionExpiryInterval: UInt32? {
        get { integer(.sessionExpiryInterval) }
        set { set(.sessionExpiryInterval, integer: newValue) }
    }

    /// How many QoS 1 and 2 messages may be under way to the sender of this; never 0 (section 3.1.2.11.3).
    public var receiveMaximum: UInt16? {
        get { short(.receiveMaximum) }
        set { set(.receiveMaximum, integer: newValue) }
    }

    /// Bytes of the largest packet that the sender of this takes; never 0 (section 3.1.2.11.4).
    public var maximumPacketSize: UInt32? {
        get { integer(.maximumPacketSize) }
        set { set(.maximumPacketSize, integer: newValue) }
    }

    /// The greatest topic alias that the sender of this takes (section 3.1.2.11.5).
    public var topicAliasMaximum: UInt16? {
        get { short(.topicAliasMaximum) }
        set { set(.topicAliasMaximum, integer: newValue) }
    }

    /// Whether CONNACK may carry response information (section 3.1.2.11.6).
    public var requestResponseInformation: Bool? {
        get { flag(.requestResponseInformation) }
        set { set(.requestResponseInformation, flag: newValue) }
    }

    /// Whether reason string and user properties may come with failures (section 3.1.2.11.7).
    public var requestProblemInformation: Bool? {
        get { flag(.requestProblemInformation) }
        set { set(.requestProblemInformation, flag: newValue) }
    }

    /// The name of the extended authentication (section 3.1.2.11.9).
    public var authenticationMethod: String? {
        get { string(.authenticationMethod) }
        set { set(.authenticationMethod, string: newValue) }
    }

    /// Whether the server keeps retained messages (section 3.2.2.3.5).
    public var retainAvailable: Bool? {
        get { flag(.retainAvailable) }
        set { set(.retainAvailable, flag: newValue) }
    }

    /// The client identifier that the server chose (section 3.2.2.3.7).
    public var assignedClientIdentifier: String? {
        get { string(.assignedClientIdentifier) }
        set { set(.assignedClientIdentifier, string: newValue) }
    }

    /// Whether the server takes wildcards (section 3.2.2.3.11).
    public var wildcardSubscriptionAvailable: Bool? {
        get { flag(.wildcardSubscriptionAvailable) }
        set { set(.wildcardSubscriptionAvailable, flag: newValue) }
    }

    /// Whether the server takes subscription identifiers (section 3.2.2.3.12).
    public var subscriptionIdentifiersAvailable: Bool? {
        get { flag(.subscriptionIdentifierAvailable) }
        set { set(.subscriptionIdentifierAvailable, flag: newValue) }
    }

    /// Whether the server takes shared subscriptions (section 3.2.2.3.13).
    public var sharedSubscriptionAvailable: Bool? {
        get { flag(.sharedSubscriptionAvailable) }
        set { set(.sharedSubscriptionAvailable, flag: newValue) }
    }

    /// Seconds of keep-alive that the server prescribes (section 3.2.2.3.14).
    public var serverKeepAlive: UInt16? {
        get { short(.serverKeepAlive) }
        set { set(.serverKeepAlive, integer: newValue) }
    }

    /// What the client may build response topics from (section 3.2.2.3.15).
    public var responseInformation: String? {
        get { string(.responseInformation) }
        set { set(.responseInformation, string: newValue) }
    }

    /// Another server to use (section 3.2.2.3.16).
    public var serverReference: String? {
        get { string(.serverReference) }
        set { set(.serverReference, string: newValue) }
    }

    /// The data of the extended authentication (section 3.1.2.11.10).
    public var authenticationData: ByteBuffer? {
        get { if case .binary(let value) = first(.authenticationData) { value } else { nil } }
        set { set(.authenticationData, to: newValue.map { .binary($0) }) }
    }

    /// The greatest QoS that the server takes; absent means 2 (section 3.2.2.3.4).
    ///
    /// Only QoS 0 and 1 can be written: setting QoS 2 takes the property away.
    public var maximumQoS: QoS? {
        get { integer(.maximumQoS).flatMap { QoS(rawValue: UInt8(truncatingIfNeeded: $0)) } }
        set { set(.maximumQoS, integer: newValue == .exactlyOnce ? nil : newValue?.rawValue) }
    }
}
