extension HeldRights {
    /// Drops what has run out.
    ///
    /// - Parameter now: The present time in Unix seconds.
    /// - Returns: The channels that could be subscribed to and no longer may be.
    public mutating func removeExpired(at now: Int64) -> [ChannelHash] {
        guard let next = self.nextExpiry(), next <= now else { return [] }
        return self.losingSubscriptions { rights in
            rights.dropGrants { $0.expiresAt <= now }
        }
    }

    /// Drops the grant of this id.
    ///
    /// - Parameter id: The grant's `jti`.
    /// - Returns: The channels that could be subscribed to and no longer may be.
    public mutating func revoke(grant id: String) -> [ChannelHash] {
        self.losingSubscriptions { rights in
            rights.drop { $0.utf8.elementsEqual(id.utf8) }
        }
    }

    /// Drops every right on the channel; false where there was none.
    public mutating func revoke(channel hash: ChannelHash) -> Bool {
        let range = self.range(of: hash)
        self.entries.removeSubrange(range)
        return !range.isEmpty
    }

    /// Whether there is a grant left; without one the connection is to be closed.
    public var isEmpty: Bool { self.grants.isEmpty }

    mutating func merge(_ grant: Grant) {
        let index = UInt16(self.grants.count)
        self.grants.append(
            HeldGrant(
                id: grant.id,
                expiresAt: grant.expiresAt,
                components: grant.components,
                epoch: grant.epoch,
                names: grant.names
            )
        )
        self.entries.append(
            contentsOf: grant.channels.map {
                HeldChannel(hash: $0.hash, rights: $0.rights, grant: index, sequence: $0.sequence)
            }
        )
        self.entries.sort { ($0.hash, $0.grant) < ($1.hash, $1.grant) }
    }

    mutating func drop(_ isDropped: (String) -> Bool) {
        self.dropGrants { isDropped($0.id) }
    }

    /// Forgets rights that the new grant gives for at least as long, so that renewing does not pile grants up.
    ///
    /// Revoking the new grant then takes them too: on the safe side, the older token can still be presented again.
    mutating func dropSuperseded(by new: Grant) {
        let granted = Dictionary(new.channels.map { ($0.hash, $0.rights) }) { first, _ in first }
        self.entries.removeAll { entry in
            guard self.grants[Int(entry.grant)].expiresAt <= new.expiresAt else { return false }
            return granted[entry.hash]?.isSuperset(of: entry.rights) ?? false
        }
        let used = Set(self.entries.map(\.grant))
        var index: UInt16 = 0
        self.dropGrants { grant in
            defer { index += 1 }
            return !used.contains(index) && grant.expiresAt <= new.expiresAt
                && grant.components.allSatisfy(new.components.contains)
        }
    }

    /// Drops grants with all that they gave, and renumbers the others.
    private mutating func dropGrants(_ isDropped: (HeldGrant) -> Bool) {
        var kept: [HeldGrant] = []
        let renumbered: [UInt16?] = self.grants.map { grant in
            if isDropped(grant) { return nil }
            kept.append(grant)
            return UInt16(kept.count - 1)
        }
        guard kept.count < self.grants.count else { return }
        self.entries = self.entries.compactMap { entry in
            guard let index = renumbered[Int(entry.grant)] else { return nil }
            var entry = entry
            entry.grant = index
            return entry
        }
        self.grants = kept
    }

    private mutating func losingSubscriptions(_ change: (inout HeldRights) -> Void) -> [ChannelHash] {
        let before = self.subscribableChannels()
        change(&self)
        let after = Set(self.subscribableChannels())
        return before.filter { !after.contains($0) }
    }

    /// The channels with a right to subscribe, whatever its expiry, each once.
    private func subscribableChannels() -> [ChannelHash] {
        var channels: [ChannelHash] = []
        for entry in self.entries where entry.rights.contains(.subscribe) && channels.last != entry.hash {
            channels.append(entry.hash)
        }
        return channels
    }
}
