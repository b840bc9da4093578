/// All rights of one live connection: each keeps the expiry of the grant that gave it.
///
/// A flat table sorted by channel rather than a dictionary: a connection with 100 channels takes some 4 KiB, and there
/// may be 100,000 connections.
public struct HeldRights: Sendable {
    /// The most grants that a connection may hold side by side.
    public static let maximumGrants = 64

    /// The user that all grants name.
    public let user: String
    /// The application's session that all grants name.
    public let session: String
    /// The role that all grants give.
    public let role: Role

    var grants: [HeldGrant] = []
    /// Sorted by hash; a hash may occur once for each grant that names it, later grants later.
    var entries: [HeldChannel] = []

    /// Begins with the grant that the connection was opened with.
    public init(_ grant: Grant) {
        self.user = grant.user
        self.session = grant.session
        self.role = grant.role
        self.merge(grant)
    }

    /// Takes a further grant: adds and extends rights, never shortens one.
    ///
    /// - Throws: `forbidden` where user, session or role are others; `limit` where too many grants are held at once.
    public mutating func add(_ grant: Grant) throws(RealtimeError) {
        guard grant.user.utf8.elementsEqual(self.user.utf8), grant.session.utf8.elementsEqual(self.session.utf8),
            grant.role == self.role
        else {
            throw RealtimeError(.forbidden, "a further grant has to name the same user, session and role")
        }
        // On a copy, so that a refusal leaves everything as it was.
        var next = self
        next.dropSuperseded(by: grant)
        guard next.grants.count < Self.maximumGrants else {
            throw RealtimeError(.limit, "grants: at most \(Self.maximumGrants) held by one connection")
        }
        next.merge(grant)
        self = next
    }

    /// The last moment, in Unix seconds, at which any right is left; `Int64.min` where none is.
    public func expiry() -> Int64 {
        self.grants.lazy.map(\.expiresAt).max() ?? .min
    }

    /// The next moment, in Unix seconds, at which a right ends, for the sweep; nil where none is left.
    public func nextExpiry() -> Int64? {
        self.grants.lazy.map(\.expiresAt).min()
    }

    /// The ids of the grants held.
    public var grantIDs: [String] { self.grants.map(\.id) }

    /// Where the newest grant that names the channel with a position lets delivery begin; nil: from now.
    public func position(of hash: ChannelHash) -> Position? {
        for entry in self.entries[self.range(of: hash)].reversed() {
            if let sequence = entry.sequence, let epoch = self.grants[Int(entry.grant)].epoch {
                return Position(epoch: epoch, sequence: sequence)
            }
        }
        return nil
    }

    /// Which channel a hash stands for, as far as the grants say so; not checked against the hash.
    public func name(of hash: ChannelHash) -> Channel? {
        self.grants.lazy.compactMap { $0.names[hash] }.first
    }

    /// The rights on a channel that are valid at this moment, in Unix seconds.
    public func rights(on hash: ChannelHash, at now: Int64) -> Rights {
        var rights: Rights = []
        for entry in self.entries[self.range(of: hash)] where self.grants[Int(entry.grant)].expiresAt > now {
            rights.formUnion(entry.rights)
        }
        return rights
    }

    /// The last second before which the channel may be subscribed to, in Unix seconds; nil where it never could.
    public func subscribeExpiry(of hash: ChannelHash) -> Int64? {
        self.expiry(of: .subscribe, on: hash)
    }

    func expiry(of right: Rights, on hash: ChannelHash) -> Int64? {
        self.entries[self.range(of: hash)].lazy.filter { $0.rights.contains(right) }
            .map { self.grants[Int($0.grant)].expiresAt }.max()
    }

    func expiry(of component: ComponentName) -> Int64? {
        self.grants.lazy.filter { $0.components.contains(component) }.map(\.expiresAt).max()
    }

    /// The components that the rights of this moment, in Unix seconds, name.
    public func components(at now: Int64) -> Set<ComponentName> {
        Set(self.grants.lazy.filter { $0.expiresAt > now }.flatMap(\.components))
    }

    /// The entries of a channel, found by bisection.
    func range(of hash: ChannelHash) -> Range<Int> {
        var low = 0
        var high = self.entries.count
        while low < high {
            let middle = (low + high) / 2
            if self.entries[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < self.entries.count, self.entries[end].hash == hash { end += 1 }
        return low..<end
    }
}
