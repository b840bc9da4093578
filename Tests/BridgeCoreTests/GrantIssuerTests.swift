import BridgeCore
import EventLog
import NIOCore
import Realtime
import Testing

@Suite struct GrantIssuerTests {
    private func request(
        _ channels: [Realtime.Channel] = [],
        rights: Rights = .subscribe,
        components: [String] = [],
        role: Role = .client,
        user: String = "42",
        lifetime: Int64 = 600,
        replay: Bool = true
    ) throws -> GrantRequest {
        GrantRequest(
            user: user,
            session: "abc",
            role: role,
            channels: channels.map { GrantRequest.ChannelRequest(channel: $0, rights: rights) },
            components: try components.map { try ComponentName($0) },
            lifetime: lifetime,
            replay: replay
        )
    }

    private func refusal(_ fixture: CoreFixture, _ request: GrantRequest, for publisher: Publisher = .library) async
        -> RealtimeError.Code?
    {
        do throws(RealtimeError) {
            _ = try await fixture.issuer.issue(request, for: publisher)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func whatIsIssuedIsVerified() async throws {
        let fixture = try CoreFixture()
        let request = try self.request([CoreFixture.channel()], components: ["mod_chat", "realtime_echo"])
        let answer = try await fixture.issuer.issue(request, for: .library)
        let grant = try fixture.verifier.verify(ByteBuffer(string: answer.token))
        #expect(grant == answer.grant)
        #expect(grant.user == "42")
        #expect(grant.expiresAt == CoreFixture.time / 1000 + 600)
        #expect(grant.components.map(\.rawValue) == ["mod_chat", "realtime_echo"])
        let another = try await fixture.issuer.issue(request, for: .library)
        #expect(another.grant.id != grant.id)
    }

    @Test func grantsHoldThePositionsOfTheirMoment() async throws {
        let fixture = try CoreFixture()
        let channels = try (1...3).map { try CoreFixture.channel($0) }
        for _ in 0..<4 {
            _ = await fixture.notifier.notify(try CoreFixture.item("1", to: channels[1]), from: .library)
        }
        let answer = try await fixture.issuer.issue(try self.request(channels), for: .library)
        #expect(answer.channels.map { $0.position?.sequence } == [0, 4, 0])
        #expect(answer.grant.channels.map(\.sequence) == [0, 4, 0])
        #expect(answer.grant.epoch == answer.channels[1].position?.epoch)
        let now = try await fixture.issuer.issue(try self.request(channels, replay: false), for: .library)
        #expect(now.channels.allSatisfy { $0.position == nil })
        #expect(now.grant.epoch == nil)
        #expect(now.grant.channels.allSatisfy { $0.sequence == nil })
    }

    @Test func theAnswerIsWhatPagesEmbed() async throws {
        let fixture = try CoreFixture()
        let large = try Realtime.Channel(
            contextID: .max,
            component: "mod_quiz",
            area: "game",
            itemID: 7,
            details: "conversation é/1"
        )
        let request = try self.request([large], rights: [.subscribe, .publish])
        let answer = try await fixture.issuer.issue(request, for: .library)
        let hash = answer.channels[0].hash
        let position = try #require(answer.channels[0].position)
        let expected =
            #"{"token":"\#(answer.token)","user":"42","session":"abc","site":"demo","expires":1732370600,"ttl":600,"#
            + #""urls":{"http":"http://h","websocket":"ws://h/mqtt","mqtt":"mqtt://h:1884"},"channels":["#
            + #"{"contextid":"9223372036854775807","component":"mod_quiz","area":"game","itemid":7,"#
            + #""channeldetails":"conversation é/1","rights":["subscribe","publish"],"hash":"\#(hash)","#
            + #""topic":"rt/demo/ch/\#(hash)","position":"\#(position)"}]}"#
        #expect(String(decoding: answer.encode(), as: UTF8.self) == expected)
        let now = try await fixture.issuer.issue(try self.request([large], replay: false), for: .library)
        #expect(!String(decoding: now.encode(), as: UTF8.self).contains("position"))
    }

    @Test func whatIsNotEnabledIsNotGranted() async throws {
        let fixture = try CoreFixture()
        let otherComponent = try self.request([CoreFixture.channel(component: "mod_other")])
        #expect(await self.refusal(fixture, otherComponent) == .componentDisabled)
        let otherArea = try self.request([CoreFixture.channel(area: "other")])
        #expect(await self.refusal(fixture, otherArea) == .areaDisabled)
        let otherSend = try self.request(components: ["mod_other"])
        #expect(await self.refusal(fixture, otherSend) == .componentDisabled)
    }

    @Test func keysOfSomeComponentsReachNoOthers() async throws {
        let fixture = try CoreFixture()
        let publisher = Publisher.apiKey("app", components: [try ComponentName("mod_chat")])
        #expect(await self.refusal(fixture, try self.request([CoreFixture.channel()]), for: publisher) == .forbidden)
        #expect(await self.refusal(fixture, try self.request(components: ["mod_quiz"]), for: publisher) == .forbidden)
        let own = try self.request(components: ["mod_chat", "realtime_echo"])
        #expect(await self.refusal(fixture, own, for: publisher) == nil)
    }

    @Test(arguments: [0, -1, 86_401, .max, .min] as [Int64])
    func lifetimesHaveALimit(_ lifetime: Int64) async throws {
        let fixture = try CoreFixture()
        #expect(await self.refusal(fixture, try self.request(lifetime: lifetime)) == .grantInvalid)
    }

    @Test func whatTheTokenCannotSayIsRefused() async throws {
        let fixture = try CoreFixture()
        #expect(await self.refusal(fixture, try self.request(user: "a/b")) == .grantInvalid)
        let channel = try CoreFixture.channel()
        #expect(await self.refusal(fixture, try self.request([channel, channel])) == .grantInvalid)
    }

    @Test func aLogThatFailsGivesNoPositions() async throws {
        let fixture = try CoreFixture()
        let issuer = GrantIssuer(
            site: fixture.site,
            keys: fixture.keys,
            channelKey: fixture.channelKey,
            rules: fixture.rules,
            log: FailingLog(),
            urls: CoreFixture.urls,
            now: { CoreFixture.time }
        )
        let error = await #expect(throws: RealtimeError.self) {
            try await issuer.issue(try self.request([CoreFixture.channel()]), for: .library)
        }
        #expect(error?.code == .logUnavailable)
        let now = try await issuer.issue(try self.request([CoreFixture.channel()], replay: false), for: .library)
        #expect(now.channels.count == 1)
    }
}
