public import NIOCore

// Properties of messages, subscriptions and answers.
extension Properties {
    /// Whether the payload is said to be UTF-8 text (section 3.3.2.3.2).
    public var payloadFormatIndicator: Bool? {
        get { flag(.payloadFormatIndicator) }
        set { set(.payloadFormatIndicator, flag: newValue) }
    }

    /// Seconds after which the message is of no use (section 3.3.2.3.3).
    public var messageExpiryInterval: UInt32? {
        get { integer(.messageExpiryInterval) }
        set { set(.messageExpiryInterval, integer: newValue) }
    }

    /// A number in place of the topic name; never 0 (section 3.3.2.3.4).
    public var topicAlias: UInt16? {
        get { short(.topicAlias) }
        set { set(.topicAlias, integer: newValue) }
    }

    /// The topic for an answer (section 3.3.2.3.5).
    public var responseTopic: String? {
        get { string(.responseTopic) }
        set { set(.responseTopic, string: newValue) }
    }

    /// What the payload is (section 3.3.2.3.9).
    public var contentType: String? {
        get { string(.contentType) }
        set { set(.contentType, string: newValue) }
    }

    /// Seconds that a will is held back (section 3.1.3.2.2).
    public var willDelayInterval: UInt32? {
        get { integer(.willDelayInterval) }
        set { set(.willDelayInterval, integer: newValue) }
    }

    /// The reason in words, for diagnosis (section 3.4.2.2.2).
    public var reasonString: String? {
        get { string(.reasonString) }
        set { set(.reasonString, string: newValue) }
    }

    /// The requester's mark for an answer (section 3.3.2.3.6).
    public var correlationData: ByteBuffer? {
        get { if case .binary(let value) = first(.correlationData) { value } else { nil } }
        set { set(.correlationData, to: newValue.map { .binary($0) }) }
    }

    /// The identifiers of the subscriptions that matched, or that of a SUBSCRIBE: 1 to 268,435,455
    /// (sections 3.3.2.3.8 and 3.8.2.1.2).
    public var subscriptionIdentifiers: [UInt32] {
        get {
            list.compactMap { property in
                guard property.identifier == .subscriptionIdentifier, case .integer(let value) = property.value else {
                    return nil
                }
                return value
            }
        }
        set {
            set(.subscriptionIdentifier, to: nil)
            for value in newValue { append(Property(identifier: .subscriptionIdentifier, value: .integer(value))) }
        }
    }

    /// Names and values whose meaning is the application's, in order; a name may come again (section 3.1.2.11.8).
    public var userProperties: [(String, String)] {
        get {
            list.compactMap { property in
                if case .pair(let name, let value) = property.value { (name, value) } else { nil }
            }
        }
        set {
            set(.userProperty, to: nil)
            for (name, value) in newValue { appendUserProperty(name, value) }
        }
    }

    /// Adds one user property behind the others.
    public mutating func appendUserProperty(_ name: String, _ value: String) {
        append(Property(identifier: .userProperty, value: .pair(name: name, value: value)))
    }

    /// The value of the first user property of that name.
    public func userProperty(_ name: String) -> String? {
        for property in list {
            if case .pair(let other, let value) = property.value, other.utf8.elementsEqual(name.utf8) { return value }
        }
        return nil
    }
}
