extension Grant {
    /// Reads the claims of a token whose signature has been checked; claims that are not known are ignored.
    ///
    /// - Throws: `grantInvalid`; the message names the claim, never its content.
    init(claims: JSONValue) throws(RealtimeError) {
        guard claims.members != nil else { throw Self.invalid("the claims are not an object") }
        try Self.checkAudience(claims)
        let role: Role
        if let claim = claims["role"] {
            guard let text = claim.string, let known = Role(rawValue: text) else {
                throw Self.invalid("role must be client, device or service")
            }
            role = known
        } else {
            role = .client
        }
        let epoch: Epoch?
        if let claim = claims["ep"] {
            guard let text = claim.string, let read = Epoch(text) else { throw Self.invalid("ep is not an epoch") }
            epoch = read
        } else {
            epoch = nil
        }
        let (channels, names) = try Self.channels(claims)
        self.init(
            site: try Self.text("iss", claims),
            user: try Self.text("sub", claims),
            session: try Self.text("sid", claims),
            id: try Self.text("jti", claims),
            issuedAt: try Self.date("iat", claims),
            expiresAt: try Self.date("exp", claims),
            role: role,
            components: try Self.components(claims),
            channels: channels,
            epoch: epoch,
            names: names
        )
    }

    /// A claim that is a number of Unix seconds.
    ///
    /// NumericDate of RFC 7519 allows fractions. A whole number is taken with or without `.0`, a real fraction is not.
    static func date(_ claim: String, _ claims: JSONValue) throws(RealtimeError) -> Int64 {
        guard let value = claims[claim] else { throw Self.missing(claim) }
        guard let number = value.number else { throw Self.invalid("\(claim) must be a number") }
        var integer = number[...]
        if let point = number.utf8.firstIndex(of: UInt8(ascii: ".")),
            number.utf8[number.utf8.index(after: point)...].allSatisfy({ $0 == UInt8(ascii: "0") })
        {
            integer = number[..<point]
        }
        guard let seconds = Int64(strictDecimal: integer) else {
            throw Self.invalid("\(claim) must be a whole number of seconds")
        }
        return seconds
    }

    private static func missing(_ claim: String) -> RealtimeError {
        Self.invalid("\(claim) is missing")
    }

    private static func text(_ claim: String, _ claims: JSONValue) throws(RealtimeError) -> String {
        guard let value = claims[claim] else { throw Self.missing(claim) }
        guard let text = value.string else { throw Self.invalid("\(claim) must be a string") }
        return text
    }

    private static func checkAudience(_ claims: JSONValue) throws(RealtimeError) {
        guard let value = claims["aud"] else { throw Self.missing("aud") }
        if value.string == Self.audience { return }
        // A list of strings is the other form of RFC 7519 section 4.1.3.
        if let list = value.array, list.contains(where: { $0.string == Self.audience }) { return }
        throw Self.invalid("aud is not \(Self.audience)")
    }

    private static func components(_ claims: JSONValue) throws(RealtimeError) -> [ComponentName] {
        guard let claim = claims["cmp"] else { return [] }
        guard let elements = claim.array else { throw Self.invalid("cmp must be a list") }
        var components: [ComponentName] = []
        components.reserveCapacity(elements.count)
        for element in elements {
            guard let text = element.string, let component = try? ComponentName(text) else {
                throw Self.invalid("cmp has something that is not a component's name")
            }
            components.append(component)
        }
        return components
    }

    private static func channels(
        _ claims: JSONValue
    ) throws(RealtimeError) -> ([ChannelRight], [ChannelHash: Channel]) {
        guard let claim = claims["ch"] else { return ([], [:]) }
        guard let elements = claim.array else { throw Self.invalid("ch must be a list") }
        guard elements.count <= Self.maximumChannels else {
            throw Self.invalid("ch names more than \(Self.maximumChannels) channels")
        }
        var channels: [ChannelRight] = []
        channels.reserveCapacity(elements.count)
        var names: [ChannelHash: Channel] = [:]
        for element in elements {
            guard let parts = element.array, (2...4).contains(parts.count),
                let hash = parts[0].string.flatMap(ChannelHash.init(_:)),
                let rights = parts[1].string.flatMap(Rights.init(_:))
            else {
                throw Self.invalid(
                    "ch must hold lists of hash, \"s\", \"p\" or \"sp\", and optionally a number and the channel")
            }
            var sequence: UInt64?
            if parts.count == 3 || parts.count == 4 && !parts[2].isNull {
                guard let number = parts[2].uint64 else {
                    throw Self.invalid("ch has a sequence number that is not a whole number from 0")
                }
                sequence = number
            }
            channels.append(ChannelRight(hash: hash, rights: rights, sequence: sequence))
            if parts.count == 4 { names[hash] = try Self.channel(parts[3]) }
        }
        return (channels, names)
    }

    /// `[contextid, component, area, itemid, channeldetails]`; whoever uses it compares its hash.
    private static func channel(_ claim: JSONValue) throws(RealtimeError) -> Channel {
        guard let parts = claim.array, parts.count == 5,
            let contextID = parts[0].portableInt64, let component = parts[1].string, let area = parts[2].string,
            let itemID = parts[3].portableInt64, let details = parts[4].string,
            let channel = try? Channel(
                contextID: contextID, component: component, area: area, itemID: itemID, details: details)
        else { throw Self.invalid("ch has something that is not a channel") }
        return channel
    }
}
