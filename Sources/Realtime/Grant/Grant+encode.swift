extension Grant {
    /// The claims as JSON, what a token's payload is.
    func encodeClaims() -> [UInt8] {
        var writer = JSONWriter(reserving: 256 + self.channels.count * 48)
        writer.object { claims in
            for (name, text) in [
                ("iss", self.site), ("aud", Self.audience), ("sub", self.user), ("sid", self.session), ("jti", self.id),
            ] {
                claims.key(name)
                claims.string(text)
            }
            claims.key("iat")
            claims.int(self.issuedAt)
            claims.key("exp")
            claims.int(self.expiresAt)
            claims.key("role")
            claims.string(self.role.rawValue)
            if let epoch = self.epoch {
                claims.key("ep")
                claims.string(epoch.description)
            }
            if !self.channels.isEmpty {
                claims.key("ch")
                claims.array { list in
                    for channel in self.channels { channel.encode(into: &list, as: self.names[channel.hash]) }
                }
            }
            if !self.components.isEmpty {
                claims.key("cmp")
                claims.array { list in
                    for component in self.components { list.string(component.rawValue) }
                }
            }
        }
        return writer.bytes
    }
}

extension Grant.ChannelRight {
    fileprivate func encode(into writer: inout JSONWriter, as channel: Channel?) {
        writer.array { parts in
            parts.string(self.hash.description)
            parts.string(self.rights.description)
            if let sequence = self.sequence {
                parts.int(sequence)
            } else if channel != nil {
                parts.null()
            }
            guard let channel else { return }
            parts.array { name in
                name.portableInt(channel.contextID)
                name.string(channel.component.rawValue)
                name.string(channel.area)
                name.portableInt(channel.itemID)
                name.string(channel.details)
            }
        }
    }
}
