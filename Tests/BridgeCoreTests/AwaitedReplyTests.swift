import Realtime
import ServiceLifecycleTestKit
import Testing

@testable import BridgeCore

/// Whoever waits for a reply while the bridge shuts down gets one, or an honest word.
@Suite(.timeLimit(.minutes(1))) struct AwaitedReplyTests {
    private static let body = ReplyBody.success(payload: EventPayload(stored: [0x31])).encode()

    private func text(_ reply: Upstream.Reply) -> String {
        String(decoding: reply.body, as: UTF8.self)
    }

    @Test func theFirstReplyCounts() async {
        let reply = AwaitedReply()
        reply.give(.answered(Self.body))
        reply.give(.refused(RealtimeError(.busy, "later")))
        #expect(self.text(await reply.wait()) == #"{"ok":true,"payload":1}"#)
    }

    @Test func aReplyWithinTheGraceIsTheReply() async {
        await testGracefulShutdown { trigger in
            let reply = AwaitedReply(grace: .seconds(3600))
            async let waited = reply.wait()
            trigger.triggerGracefulShutdown()
            await Task.yield()
            reply.give(.answered(Self.body))
            #expect(self.text(await waited) == #"{"ok":true,"payload":1}"#)
        }
    }

    @Test(arguments: [Duration.zero, .milliseconds(1)])
    func whatIsNotAnsweredByThenIsATimeout(_ grace: Duration) async throws {
        try await testGracefulShutdown { trigger in
            let reply = AwaitedReply(grace: grace)
            async let waited = reply.wait()
            trigger.triggerGracefulShutdown()
            let body = try ReplyBody.parse(await waited.body, limit: 100)
            #expect(body == .failure(RealtimeError(.timeout, "the bridge is shutting down")))
        }
    }

    @Test func whoComesAfterShutdownHasTheGraceToo() async {
        await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            let reply = AwaitedReply(grace: .seconds(3600))
            async let waited = reply.wait()
            await Task.yield()
            reply.give(.answered(Self.body))
            #expect(self.text(await waited) == #"{"ok":true,"payload":1}"#)
        }
    }

    /// The connection of whoever waits is being closed: there is no time.
    @Test func cancellationEndsTheGrace() async {
        await testGracefulShutdown { trigger in
            let waiting = Task { await AwaitedReply(grace: .seconds(3600)).wait() }
            waiting.cancel()
            trigger.triggerGracefulShutdown()
            #expect(self.text(await waiting.value).contains("shutting down"))
        }
    }

    /// A closed connection is no reason to take an answer for lost that comes a moment later.
    @Test func cancellationAloneEndsNothing() async {
        let reply = AwaitedReply()
        let waiting = Task { await reply.wait() }
        waiting.cancel()
        reply.give(.answered(Self.body))
        #expect(self.text(await waiting.value) == #"{"ok":true,"payload":1}"#)
    }
}
