extension Grant {
    /// Checks every rule that does not depend on the present time; tokens that are read and made obey the same ones.
    ///
    /// - Throws: `grantInvalid`; the message names the claim, never its content.
    func check(site: SiteName) throws(RealtimeError) {
        guard self.site.utf8.elementsEqual(site.rawValue.utf8) else {
            throw Self.invalid("iss is not this site")
        }
        guard ASCII.isLevel(self.user, limit: Topic.maximumNameBytes) else {
            throw Self.invalid("sub must be 1 to 64 characters of [A-Za-z0-9_-]")
        }
        try Self.checkIdentifier(self.session, claim: "sid")
        try Self.checkIdentifier(self.id, claim: "jti")
        let (lifetime, overflow) = self.expiresAt.subtractingReportingOverflow(self.issuedAt)
        guard !overflow, lifetime > 0, lifetime <= Self.maximumLifetime else {
            throw Self.invalid("exp must be after iat and at most 24 hours later")
        }
        guard self.channels.count <= Self.maximumChannels else {
            throw Self.invalid("ch names more than \(Self.maximumChannels) channels")
        }
        var seen: Set<ChannelHash> = []
        for channel in self.channels {
            guard seen.insert(channel.hash).inserted else { throw Self.invalid("ch names a channel twice") }
            guard !channel.rights.isEmpty else { throw Self.invalid("ch has a channel without rights") }
            guard channel.sequence == nil || self.epoch != nil else {
                throw Self.invalid("ch has a sequence number but there is no ep")
            }
        }
    }

    static func invalid(_ reason: String) -> RealtimeError {
        RealtimeError(.grantInvalid, reason)
    }

    private static func checkIdentifier(_ text: String, claim: String) throws(RealtimeError) {
        guard (1...Self.maximumIdentifierBytes).contains(text.utf8.count), !ASCII.containsControl(text) else {
            throw Self.invalid("\(claim) must be 1 to 128 bytes without control characters")
        }
    }
}
