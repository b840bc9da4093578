import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Realtime
import Testing

@testable import BridgeCore
@testable import BridgeHTTP
@testable import Edge

/// A request's way from its bytes through guard and parser, with time in the test's hands.
@Suite struct RequestGuardTests {
    private let loop = EmbeddedEventLoop()
    private let pending = PendingConnections(limit: 10, maximumOpen: .max, metrics: EdgeMetrics())
    private let channel: EmbeddedChannel

    init() throws {
        self.channel = EmbeddedChannel(loop: self.loop)
        self.channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        try RequestGuard.add(to: self.channel, pending: self.pending)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = RequestGuard.maximumHead
        limits.maxHeaderListSize = RequestGuard.maximumHead
        limits.maxHeaderFieldCount = 1000
        try self.channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits
        )
        try self.channel.pipeline.syncOperations.addHandlers([
            HTTP1ToHTTPServerCodec(secure: false), RequestProgress(),
        ])
    }

    private static let request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"

    private func send(_ text: String) {
        // Throws what the parser says, which the guard has answered.
        _ = try? self.channel.writeInbound(ByteBuffer(string: text))
    }

    private func answer(_ status: HTTPResponse.Status = .ok) throws {
        try self.channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: status)))
        try self.channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private func received() throws -> String {
        var text = ""
        while let data = try self.channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { text += String(buffer: buffer) }
        }
        return text
    }

    private func requests() throws -> Int {
        var heads = 0
        while let part = try self.channel.readInbound(as: HTTPRequestPart.self) {
            if case .head = part { heads += 1 }
        }
        return heads
    }

    @Test func whatIsAnsweredInTimePasses() throws {
        #expect(self.pending.count == 1)
        for _ in 0..<3 {
            self.send(Self.request)
            #expect(self.pending.count == 0)
            #expect(try self.requests() == 1)
            try self.answer()
            #expect(self.pending.count == 1)
            #expect(try self.received().hasPrefix("HTTP/1.1 200 OK"))
            self.loop.advanceTime(by: .seconds(70))
        }
        #expect(self.channel.isActive)
    }

    @Test func headsHaveADeadlineThatNothingMovesOn() throws {
        self.send("GET /healthz HTTP/1.1\r\n")
        for _ in 0..<9 {
            self.loop.advanceTime(by: .seconds(1))
            self.send("X-More: 1\r\n")
        }
        #expect(try self.received().isEmpty)
        self.loop.advanceTime(by: .seconds(1))
        let answer = try self.received()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains(#""code":"timeout""#))
        self.loop.advanceTime(by: .seconds(2))
        #expect(!self.channel.isActive)
    }

    @Test func bodiesHaveADeadline() throws {
        self.send("POST /v1/notify HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<59 {
            self.loop.advanceTime(by: .seconds(1))
            self.send("x")
        }
        #expect(self.channel.isActive)
        self.loop.advanceTime(by: .seconds(1))
        #expect(try self.received().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func anAnswerThatHasBegunIsNotFollowedByAnother() throws {
        self.send("POST /v1/notify HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n")
        try self.answer(.unauthorized)
        self.loop.advanceTime(by: .seconds(60))
        let answer = try self.received()
        #expect(answer.hasPrefix("HTTP/1.1 401 "))
        #expect(!answer.contains("408"))
        self.loop.advanceTime(by: .seconds(2))
        #expect(!self.channel.isActive)
    }

    @Test func headsHaveASize() throws {
        self.send("GET /healthz HTTP/1.1\r\n")
        for number in 0..<10_000 where self.channel.isActive {
            self.send("X-\(number): 1\r\n")
        }
        let answer = try self.received()
        #expect(answer.hasPrefix("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        #expect(answer.contains(#""code":"limit""#))
        #expect(try self.requests() == 0)
    }

    @Test func headsInOnePieceHaveTheSameSize() throws {
        self.send("GET /healthz HTTP/1.1\r\nX: \(String(repeating: "x", count: 33_000))\r\n\r\n")
        #expect(try self.received().hasPrefix("HTTP/1.1 431 "))
        #expect(try self.requests() == 0)
    }

    /// What was committed must not be answered as if it had failed.
    @Test func whatComesBehindARequestIsToldBehindItsAnswer() throws {
        self.send(Self.request + "\u{16}\u{3}\u{1}\r\n\r\n")
        #expect(try self.requests() == 1)
        #expect(try self.received().isEmpty)
        try self.answer()
        let answers = try self.received()
        #expect(answers.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answers.contains("HTTP/1.1 400 Bad Request\r\n"))
        self.loop.advanceTime(by: .seconds(2))
        #expect(!self.channel.isActive)
    }

    @Test func aSlowRequestBehindOneThatIsNotAnsweredIsToldBehindItsAnswer() throws {
        self.send(Self.request)
        self.send("GET /healthz HT")
        self.loop.advanceTime(by: .seconds(10))
        #expect(try self.received().isEmpty)
        try self.answer()
        let answers = try self.received()
        #expect(answers.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answers.contains("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test func aBodyInOnePieceWithItsHeadIsNotTheHeads() throws {
        let body = String(repeating: "x", count: 2 * RequestGuard.maximumHead)
        self.send("POST /v1/notify HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        #expect(try self.requests() == 1)
        #expect(try self.received().isEmpty)
    }

    @Test func pipelinedRequestsPass() throws {
        let large = "POST /v1/notify HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"
        self.send(Self.request + Self.request + large)
        for _ in 0..<10 { self.send(String(repeating: "x", count: 10_000)) }
        #expect(try self.requests() == 3)
        #expect(try self.received().isEmpty)
    }

    /// However many come at once, few are taken before they are answered.
    @Test func manyPipelinedRequestsWaitForTheirTurn() throws {
        self.send(String(repeating: Self.request, count: 1000))
        self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        var (taken, answered) = (0, 0)
        while true {
            taken += try self.requests()
            #expect(taken - answered <= 32 + 4096 / Self.request.utf8.count)
            guard answered < taken else { break }
            try self.answer()
            answered += 1
            self.loop.run()
        }
        #expect(taken == 1000)
    }

    /// A poll or a stream is answered for as long as it takes, and what it is answered in pieces is passed on.
    @Test func answersMayTakeTheirTime() throws {
        self.send("POST /v1/poll HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
        self.loop.advanceTime(by: .seconds(300))
        try self.channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        for _ in 0..<10 {
            self.loop.advanceTime(by: .seconds(25))
            try self.channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: ":\n\n")))
        }
        #expect(self.channel.isActive)
        #expect(try self.received().components(of: ":\n\n") == 10)
    }

    @Test func thePeersLeavingAndTheShutdownEndWhatWaits() throws {
        let watch = try self.channel.pipeline.syncOperations.handler(type: RequestProgress.self).peer
        for event: any Sendable in [ChannelShouldQuiesceEvent(), ChannelEvent.inputClosed] {
            let waiter = Waiter()
            watch.watch(for: waiter)
            self.channel.pipeline.fireUserInboundEventTriggered(event)
            #expect(waiter.isOver)
        }
        // Whoever comes later is told at once.
        let late = Waiter()
        watch.watch(for: late)
        #expect(late.isOver)
    }

    @Test func whoeverTakesNothingIsClosed() throws {
        self.send(Self.request)
        self.channel.isWritable = false
        self.channel.pipeline.fireChannelWritabilityChanged()
        self.loop.advanceTime(by: .seconds(59))
        #expect(self.channel.isActive)
        self.loop.advanceTime(by: .seconds(1))
        #expect(!self.channel.isActive)
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n: 1\r\n\r\n",
    ])
    func whatIsNoHTTPIsToldSo(_ bytes: String) throws {
        self.send(bytes)
        let answer = try self.received()
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains(#""code":"payload_invalid""#))
        // Whatever others answer to the parser's error comes too late.
        #expect(throws: (any Error).self) { try self.answer(.badRequest) }
        #expect(try self.received().isEmpty)
        self.loop.advanceTime(by: .seconds(2))
        #expect(!self.channel.isActive)
    }

    @Test func clientsThatWaitForTheWordGoOn() throws {
        self.send("POST /v1/notify HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try self.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        self.send("{}")
        try self.answer()
        #expect(try self.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        self.split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
