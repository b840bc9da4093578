import Testing

@testable import Realtime

@Suite struct HeldRightsTests {
    private func grant(
        _ id: String,
        until expiresAt: Int64,
        _ channels: [(UInt32, Rights, UInt64?)] = [],
        components: [String] = [],
        user: String = "42",
        session: String = "abc",
        role: Role = .client
    ) throws -> Grant {
        Grant(
            site: "demo",
            user: user,
            session: session,
            id: id,
            issuedAt: 1_000,
            expiresAt: expiresAt,
            role: role,
            components: try components.map { try ComponentName($0) },
            channels: try channels.map { .init(hash: try TestValues.hash($0.0), rights: $0.1, sequence: $0.2) },
            epoch: Epoch("k3f9")
        )
    }

    private func canSubscribe(_ rights: HeldRights, _ number: UInt32, at now: Int64) throws -> RealtimeError.Code? {
        rights.decide(.subscribe(.channel(try TestValues.hash(number)), clientID: "c"), at: now).error?.code
    }

    @Test func eachRightKeepsItsOwnExpiry() throws {
        var rights = HeldRights(try self.grant("g1", until: 2_000, [(1, .subscribe, nil), (2, .subscribe, nil)]))
        try rights.add(self.grant("g2", until: 3_000, [(2, .subscribe, nil), (3, .publish, nil)]))
        #expect(rights.expiry() == 3_000)
        #expect(rights.nextExpiry() == 2_000)
        #expect(try self.canSubscribe(rights, 1, at: 1_999) == nil)
        #expect(try self.canSubscribe(rights, 1, at: 2_000) == .grantExpired)
        #expect(try self.canSubscribe(rights, 2, at: 2_999) == nil)
        #expect(try self.canSubscribe(rights, 2, at: 3_000) == .grantExpired)
        #expect(try self.canSubscribe(rights, 3, at: 2_500) == .forbidden)
        #expect(try rights.rights(on: TestValues.hash(3), at: 2_500) == .publish)
        #expect(try rights.subscribeExpiry(of: TestValues.hash(2)) == 3_000)
    }

    @Test func aShorterGrantNeverShortens() throws {
        var rights = HeldRights(
            try self.grant("g1", until: 3_000, [(1, [.subscribe, .publish], nil)], components: ["mod_quiz"])
        )
        try rights.add(self.grant("g2", until: 2_000, [(1, .subscribe, nil)]))
        #expect(try self.canSubscribe(rights, 1, at: 2_500) == nil)
        let upstream = Topic.upstream(user: "42", component: "mod_quiz", request: "r")
        #expect(rights.decide(.publish(upstream), at: 2_500).isAllowed)
        let lost = rights.removeExpired(at: 2_000)
        #expect(lost.isEmpty)
        #expect(try self.canSubscribe(rights, 1, at: 2_500) == nil)
    }

    @Test(arguments: [("43", "abc", Role.client), ("42", "abd", .client), ("42", "abc", .device)])
    func othersGrantsAreRefused(user: String, session: String, role: Role) throws {
        var rights = HeldRights(try self.grant("g1", until: 2_000))
        let other = try self.grant("g2", until: 3_000, user: user, session: session, role: role)
        let error = #expect(throws: RealtimeError.self) { try rights.add(other) }
        #expect(error?.code == .forbidden)
        #expect(rights.expiry() == 2_000)
    }

    @Test func theSweepNamesTheChannelsThatAreLost() throws {
        var rights = HeldRights(
            try self.grant("g1", until: 2_000, [(1, .subscribe, nil), (2, .subscribe, nil), (4, .publish, nil)])
        )
        try rights.add(self.grant("g2", until: 3_000, [(2, .subscribe, nil), (3, .subscribe, nil)]))
        let beforeTheEnd = rights.removeExpired(at: 1_999)
        #expect(beforeTheEnd.isEmpty)
        let atTheEnd = rights.removeExpired(at: 2_000)
        #expect(try atTheEnd == [TestValues.hash(1)])
        let again = rights.removeExpired(at: 2_000)
        #expect(again.isEmpty)
        let atTheLastEnd = rights.removeExpired(at: 3_000)
        #expect(try Set(atTheLastEnd) == [TestValues.hash(2), TestValues.hash(3)])
        #expect(rights.isEmpty)
        #expect(rights.expiry() == .min)
    }

    @Test func revokingAGrantLeavesTheOthers() throws {
        var rights = HeldRights(try self.grant("g1", until: 3_000, [(1, .subscribe, nil), (2, .subscribe, nil)]))
        try rights.add(self.grant("g2", until: 2_000, [(2, .subscribe, nil), (3, .subscribe, nil)]))
        let byUnknown = rights.revoke(grant: "unknown")
        #expect(byUnknown.isEmpty)
        let byFirst = rights.revoke(grant: "g1")
        #expect(try byFirst == [TestValues.hash(1)])
        #expect(rights.grantIDs == ["g2"])
        #expect(try self.canSubscribe(rights, 1, at: 1_500) == .forbidden)
        #expect(try self.canSubscribe(rights, 2, at: 1_500) == nil)
        #expect(try self.canSubscribe(rights, 3, at: 1_500) == nil)
    }

    @Test func revokingAChannelLeavesTheOthers() throws {
        var rights = HeldRights(try self.grant("g1", until: 3_000, [(1, .subscribe, nil), (2, .subscribe, nil)]))
        let first = try TestValues.hash(1)
        let unknown = try TestValues.hash(9)
        let revokedFirst = rights.revoke(channel: first)
        #expect(revokedFirst)
        let revokedAgain = rights.revoke(channel: first)
        #expect(!revokedAgain)
        let revokedUnknown = rights.revoke(channel: unknown)
        #expect(!revokedUnknown)
        #expect(try self.canSubscribe(rights, 1, at: 1_500) == .forbidden)
        #expect(try self.canSubscribe(rights, 2, at: 1_500) == nil)
    }

    @Test func theNewestPositionCounts() throws {
        var rights = HeldRights(
            try self.grant("g1", until: 3_000, [(1, [.subscribe, .publish], 5), (2, .subscribe, nil)])
        )
        #expect(try rights.position(of: TestValues.hash(1))?.description == "k3f9:5")
        #expect(try rights.position(of: TestValues.hash(2)) == nil)
        try rights.add(self.grant("g2", until: 4_000, [(1, .subscribe, 9)]))
        #expect(try rights.position(of: TestValues.hash(1))?.description == "k3f9:9")
    }

    @Test func renewingForeverHoldsOneGrant() throws {
        var rights = HeldRights(try self.grant("g0", until: 2_000, [(1, .subscribe, nil)], components: ["mod_quiz"]))
        for number in 1...500 {
            try rights.add(
                self.grant("g\(number)", until: 2_000 + Int64(number), [(1, .subscribe, nil)], components: ["mod_quiz"])
            )
        }
        #expect(rights.grantIDs == ["g500"])
        #expect(rights.expiry() == 2_500)
    }

    @Test func theSameTokenTwiceIsHeldOnce() throws {
        let grant = try self.grant("g1", until: 2_000, [(1, .subscribe, nil)])
        var rights = HeldRights(grant)
        try rights.add(grant)
        #expect(rights.grantIDs == ["g1"])
    }

    @Test func grantsAreBoundedAndARefusalChangesNothing() throws {
        var rights = HeldRights(try self.grant("g0", until: 9_000, [(0, .subscribe, nil)]))
        for number in 1..<UInt32(HeldRights.maximumGrants) {
            try rights.add(self.grant("g\(number)", until: 9_000 - Int64(number), [(number, .subscribe, nil)]))
        }
        let before = rights.grantIDs
        let further = try self.grant("more", until: 9_500, [(1_000, .subscribe, nil)])
        let error = #expect(throws: RealtimeError.self) { try rights.add(further) }
        #expect(error?.code == .limit)
        #expect(rights.grantIDs == before)
        for number in 0..<UInt32(HeldRights.maximumGrants) {
            #expect(try self.canSubscribe(rights, number, at: 1_500) == nil)
        }
    }
}
