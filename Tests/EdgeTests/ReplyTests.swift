import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

/// Replies find the client that asked, over one connection or another.
@Suite struct ReplyTests {
    /// Asks for something and leaves before the answer.
    private func ask(
        _ fixture: EdgeFixture,
        subscribing: String? = "rt/demo/re/42/same/#",
        request: String = "r1"
    ) throws -> ReplyTarget {
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"])) {
            $0.clientID = "same"
        }
        if let subscribing { #expect(try client.subscribe(subscribing) == [.success]) }
        try client.publish("rt/demo/up/42/mod_quiz/\(request)", qos: .atMostOnce)
        let (_, sender) = try #require(fixture.delegate.upstream.last)
        client.leave()
        return sender
    }

    private func comeBack(_ fixture: EdgeFixture, session: String = "abc", id: String = "same") throws -> TestClient {
        try fixture.connected(.v5, try EdgeFixture.grant(session: session, components: ["mod_quiz"])) {
            $0.clientID = id
        }
    }

    /// Subscribes, and returns the messages that come with the SUBACK.
    private func fetch(_ filter: String, _ client: TestClient) throws -> [TestClient.Message] {
        try client.send(
            .subscribe(Subscribe(packetID: 1, filters: [Subscription(filter: ByteBuffer(string: filter))])))
        return try client.receiveMessages()
    }

    @Test func aReplyWaitsForItsSessionToComeBack() throws {
        let fixture = try EdgeFixture()
        let sender = try self.ask(fixture)
        sender.send(Array("answer".utf8))
        fixture.turn()
        let client = try self.comeBack(fixture)
        let expected = TestClient.Message(topic: "rt/demo/re/42/-/r1", payload: "answer")
        #expect(try self.fetch("rt/demo/re/42/-/#", client) == [expected])
        // Fetched is fetched.
        client.leave()
        let again = try self.comeBack(fixture)
        #expect(try self.fetch("rt/demo/re/42/-/#", again).isEmpty)
    }

    @Test func aReplyFindsTheConnectionThatHasTheSessionNow() throws {
        let fixture = try EdgeFixture()
        let sender = try self.ask(fixture)
        let client = try self.comeBack(fixture)
        #expect(try client.subscribe("rt/demo/re/42/same/r1") == [.success])
        sender.send(Array("answer".utf8))
        fixture.turn()
        #expect(try client.receiveMessages().map(\.payload) == ["answer"])
    }

    @Test(arguments: [("other", "same"), ("abc", "another")])
    func aReplyIsNobodyElses(session: String, id: String) throws {
        let fixture = try EdgeFixture()
        let sender = try self.ask(fixture)
        sender.send(Array("answer".utf8))
        fixture.turn()
        let stranger = try self.comeBack(fixture, session: session, id: id)
        #expect(try self.fetch("rt/demo/re/42/-/#", stranger).isEmpty)
    }

    @Test func whatNobodySubscribedToIsNotKept() throws {
        let fixture = try EdgeFixture()
        let sender = try self.ask(fixture, subscribing: nil)
        sender.send(Array("answer".utf8))
        fixture.turn()
        let client = try self.comeBack(fixture)
        #expect(try self.fetch("rt/demo/re/42/-/#", client).isEmpty)
    }

    @Test func onlyWhatIsSubscribedToIsFetched() throws {
        let fixture = try EdgeFixture()
        for request in ["r1", "r2"] {
            try self.ask(fixture, subscribing: "rt/demo/re/42/same/\(request)", request: request).send(
                Array(request.utf8))
            fixture.turn()
        }
        let client = try self.comeBack(fixture)
        #expect(try self.fetch("rt/demo/re/42/-/r2", client).map(\.payload) == ["r2"])
        #expect(try self.fetch("rt/demo/re/42/-/#", client).map(\.payload) == ["r1"])
    }

    // MARK: - The mailbox

    private func letter(_ request: String, bytes: Int = 1) -> ReplyMailbox.Letter {
        ReplyMailbox.Letter(address: ReplyAddress(request: request), body: Array(repeating: 0, count: bytes))
    }

    private func requests(_ mailbox: ReplyMailbox, of session: SessionKey, seconds: UInt64) -> [String] {
        mailbox.collect(for: session, at: .uptimeNanoseconds(seconds * 1_000_000_000)) { _ in true }
            .map(\.address.request)
    }

    @Test func repliesExpire() {
        let mailbox = ReplyMailbox(limits: .init(time: .seconds(60)), metrics: EdgeMetrics())
        let session = SessionKey(user: "42", session: "abc", clientID: "c")
        for seconds in [0, 30] as [UInt64] {
            mailbox.keep(self.letter("\(seconds)"), for: session, at: .uptimeNanoseconds(seconds * 1_000_000_000))
        }
        #expect(self.requests(mailbox, of: session, seconds: 60) == ["30"])
    }

    @Test func aSessionKeepsItsNewest() {
        let mailbox = ReplyMailbox(limits: .init(session: 3), metrics: EdgeMetrics())
        let session = SessionKey(user: "42", session: "abc", clientID: "c")
        for number in 1...5 {
            mailbox.keep(self.letter("\(number)"), for: session, at: .uptimeNanoseconds(0))
        }
        #expect(self.requests(mailbox, of: session, seconds: 0) == ["3", "4", "5"])
    }

    /// What has expired makes room, and what was fetched does; else what comes is dropped and counted.
    @Test func allRepliesTogetherHaveABound() {
        let metrics = EdgeMetrics()
        let mailbox = ReplyMailbox(limits: .init(bytes: 3000, time: .seconds(60)), metrics: metrics)
        let sessions = (0..<4).map { SessionKey(user: "\($0)", session: "abc", clientID: "c") }
        for session in sessions { mailbox.keep(self.letter("a", bytes: 700), for: session, at: .uptimeNanoseconds(0)) }
        #expect(metrics.repliesDropped == 1)
        #expect(self.requests(mailbox, of: sessions[3], seconds: 1).isEmpty)
        #expect(self.requests(mailbox, of: sessions[0], seconds: 1) == ["a"])
        mailbox.keep(self.letter("b", bytes: 700), for: sessions[3], at: .uptimeNanoseconds(1_000_000_000))
        #expect(metrics.repliesDropped == 1)
        let later = NIODeadline.uptimeNanoseconds(100_000_000_000)
        for session in sessions.prefix(3) { mailbox.keep(self.letter("c", bytes: 700), for: session, at: later) }
        #expect(metrics.repliesDropped == 1)
        #expect(self.requests(mailbox, of: sessions[3], seconds: 100).isEmpty)
        #expect(self.requests(mailbox, of: sessions[1], seconds: 100) == ["c"])
    }
}
