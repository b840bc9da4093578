import Testing

@testable import Realtime

/// The policy as a table: who, what, and the answer.
@Suite struct AccessPolicyTests {
    static let read = "gzlFP5ds6BbedNfmyA9NCaDMVic"
    static let write = "HwCU0bqJacvzI2MHcRGi_qzjchc"
    static let other = "VSyOuwnLMz-od9gyCrMbNLF_ntA"

    private func rights(_ role: Role) throws -> HeldRights {
        HeldRights(
            Grant(
                site: "demo",
                user: "42",
                session: "abc",
                id: "g1",
                issuedAt: 1_000,
                expiresAt: 2_000,
                role: role,
                components: [try ComponentName("mod_quiz")],
                channels: [
                    .init(hash: try #require(ChannelHash(Self.read)), rights: .subscribe),
                    .init(hash: try #require(ChannelHash(Self.write)), rights: .publish),
                ]
            )
        )
    }

    private func code(_ decision: Decision) -> RealtimeError.Code? { decision.error?.code }

    @Test(arguments: [
        (Role.client, "rt/demo/ch/\(read)", true), (.client, "rt/demo/ch/\(write)", false),
        (.client, "rt/demo/ch/\(other)", false), (.client, "rt/demo/re/42/c1/#", true),
        (.client, "rt/demo/re/42/-/#", true),
        (.client, "rt/demo/re/42/c1/r1", true), (.client, "rt/demo/re/42/c2/#", false),
        (.client, "rt/demo/re/43/c1/#", false),
        (.client, "rt/demo/re/43/-/#", false), (.client, "rt/demo/reply/42/#", false),
        (.client, "rt/demo/work/mod_quiz/#", false),
        (.device, "rt/demo/ch/\(read)", true), (.device, "rt/demo/work/mod_quiz/#", false),
        (.service, "rt/demo/reply/42/#", true), (.service, "rt/demo/reply/42/r", true),
        (.service, "rt/demo/reply/43/#", false),
        (.service, "rt/demo/work/mod_quiz/#", true), (.service, "rt/demo/work/mod_chat/#", false),
    ])
    func subscribing(role: Role, text: String, isAllowed: Bool) throws {
        let filter = try #require(TopicFilter.parse(text, site: TestValues.site))
        let decision = try self.rights(role).decide(.subscribe(filter, clientID: "c1"), at: 1_500)
        #expect(self.code(decision) == (isAllowed ? nil : .forbidden))
        let later = try self.rights(role).decide(.subscribe(filter, clientID: "c1"), at: 2_000)
        #expect(self.code(later) == .grantExpired)
    }

    @Test(arguments: [
        (Role.client, "rt/demo/in/\(write)", true), (.client, "rt/demo/in/\(read)", false),
        (.client, "rt/demo/in/\(other)", false),
        (.device, "rt/demo/in/\(write)", true), (.client, "rt/demo/ch/\(write)", false),
        (.client, "rt/demo/ch/\(read)", false),
        (.client, "rt/demo/up/42/mod_quiz/r", true), (.client, "rt/demo/up/43/mod_quiz/r", false),
        (.client, "rt/demo/up/42/mod_chat/r", false), (.client, "rt/demo/up/42/realtime_grant/r", true),
        (.client, "rt/demo/up/43/realtime_grant/r", false), (.client, "rt/demo/up/42/realtime_history/r", true),
        (.client, "rt/demo/up/42/realtime_echo/r", false), (.client, "rt/demo/up/42/Not-Valid/r", false),
        (.client, "rt/demo/re/42/c1/r", false), (.client, "rt/demo/notify/42/r", false),
        (.client, "rt/demo/done/n/j", false),
        (.client, "rt/demo/work/mod_quiz/j", false), (.client, "rt/demo/ctl/x", false),
        (.client, "rt/demo/reply/42/r", false),
        (.service, "rt/demo/notify/42/r", true), (.service, "rt/demo/notify/43/r", false),
        (.service, "rt/demo/done/n/j", true),
        (.service, "rt/demo/work/mod_quiz/j", false), (.service, "rt/demo/ctl/x", false),
        (.service, "rt/demo/ch/\(write)", false),
        (.device, "rt/demo/notify/42/r", false), (.device, "rt/demo/done/n/j", false),
    ])
    func publishing(role: Role, text: String, isAllowed: Bool) throws {
        let topic = try #require(Topic.parse(text, site: TestValues.site))
        let decision = try self.rights(role).decide(.publish(topic), at: 1_500)
        #expect(self.code(decision) == (isAllowed ? nil : .forbidden))
        #expect(decision.isAllowed == isAllowed)
        #expect(try self.code(self.rights(role).decide(.publish(topic), at: 2_000)) == .grantExpired)
    }

    @Test func clientIDsAreComparedAsBytes() throws {
        let filter = TopicFilter.reply(user: "42", client: "K", request: nil)
        let decision = try self.rights(.client).decide(.subscribe(filter, clientID: "\u{212A}"), at: 1_500)
        #expect(!decision.isAllowed)
    }
}
