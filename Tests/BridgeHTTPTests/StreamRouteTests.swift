import BridgeCore
import Edge
import EventLog
import HTTPTypes
import Realtime
import Testing

@testable import BridgeHTTP

/// Streams over real sockets.
@Suite(.timeLimit(.minutes(1))) struct StreamRouteTests {
    @Test func beginsWithWhereItStandsAndGoesOnLive() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1, 2)
        try await fixture.notify(1, ["1"])
        let (first, second, epoch) = (grant.hashes[0], grant.hashes[1], grant.epoch)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: grant.hashes, token: grant.token)
                #expect(try await peer.line() == "HTTP/1.1 200 OK")
                #expect(try await peer.field("Content-Type") == "text/event-stream")
                #expect(try await peer.field("Cache-Control") == "no-store")
                #expect(try await peer.field("X-Accel-Buffering") == "no")
                #expect(try await peer.field("event") == "open")
                #expect(try await peer.field("id") == "\(first)@\(epoch):0,\(second)@\(epoch):0")
                #expect(
                    try await peer.field("data") == """
                        {"channels":[{"hash":"\(first)","position":"\(epoch):1","recovered":"complete"},\
                        {"hash":"\(second)","position":"\(epoch):0","recovered":"complete"}]}
                        """)
                #expect(try await peer.field("id") == "\(first)@\(epoch):1,\(second)@\(epoch):0")
                #expect(try await peer.field("data") == Self.event(1, of: first, in: epoch, payload: "1"))
                try await fixture.notify(2, [#"{"a":"ä"}"#])
                #expect(try await peer.field("id") == "\(first)@\(epoch):1,\(second)@\(epoch):1")
                #expect(try await peer.field("data") == Self.event(1, of: second, in: epoch, payload: #"{"a":"ä"}"#))
                #expect(fixture.api.edgeMetrics.pulls == 2)
            }
        }
    }

    private static func event(_ number: Int, of hash: String, in epoch: Substring, payload: String) -> String {
        #"{"hash":"\#(hash)","seq":\#(number),"epoch":"\#(epoch)","time":\#(APIFixture.time),"payload":\#(payload)}"#
    }

    /// The grant's position, the query's, and the last id's, of which each is the stronger.
    @Test func goesOnWhereTheClientStands() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        try await fixture.notify(1, ["1", "2", "3"])
        let (hash, epoch) = (grant.hashes[0], grant.epoch)
        let cases: [(String, String?, Int64)] = [
            (hash, nil, 1), ("\(hash)@\(epoch):1", nil, 2), ("\(hash)%40\(epoch)%3A1", "", 2),
            ("\(hash)@\(epoch):1", "\(hash)@\(epoch):2", 3), (hash, "\(hash)@\(epoch):2", 3),
        ]
        try await LiveServer.run(fixture) { port, _ in
            for (channel, last, number) in cases {
                try await RawPeer.connect(to: port) { peer in
                    try await peer.ask(for: [channel], token: grant.token, lastEventID: last)
                    _ = try await peer.field("data")
                    #expect(try await Self.sequence(&peer) == number)
                }
            }
        }
    }

    private static func sequence(_ peer: inout RawPeer) async throws -> Int64? {
        guard let data = try await peer.field("data") else { return nil }
        return try JSONValue.parse(Array(data.utf8))["seq"]?.int64
    }

    @Test func losesAndDoublesNothingOverConnections() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let hash = grant.hashes[0]
        try await LiveServer.run(fixture) { port, _ in
            async let publishing: Void = {
                for number in 0..<500 { try await fixture.notify(1, ["\(number)"]) }
            }()
            var last = "\(hash)@\(grant.positions[0])"
            var sequences: [Int64] = []
            while sequences.count < 500 {
                let (from, before) = (last, sequences.count)
                let (id, taken) = try await RawPeer.connect(to: port) { peer in
                    var (id, taken): (String, [Int64]) = (from, [])
                    try await peer.ask(for: [hash], token: grant.token, lastEventID: from)
                    _ = try await peer.field("data")
                    while taken.count < 40, before + taken.count < 500 {
                        id = try #require(try await peer.field("id"))
                        taken.append(try #require(try await Self.sequence(&peer)))
                    }
                    return (id, taken)
                }
                last = id
                sequences += taken
            }
            try await publishing
            #expect(sequences == Array(1...500))
        }
    }

    @Test func aSlowReaderIsServedFromTheLog() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: grant.hashes, token: grant.token)
                _ = try await peer.field("data")
                let payload = "\"" + String(repeating: "x", count: 1000) + "\""
                try await fixture.notify(1, Array(repeating: payload, count: 1000))
                for number in 1...1000 { #expect(try await Self.sequence(&peer) == Int64(number)) }
            }
        }
    }

    @Test func gapsAreTold() async throws {
        let fixture = try APIFixture(policies: ["game": ChannelPolicy(retention: Retention(events: 2))])
        let grant = try await fixture.grant(1)
        try await fixture.notify(1, ["1", "2", "3", "4", "5"])
        let (hash, epoch) = (grant.hashes[0], grant.epoch)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: [hash], token: grant.token)
                #expect(try await peer.field("id") == "\(hash)@\(epoch):3")
                #expect(try await peer.field("data")?.contains(#""recovered":"gap""#) == true)
                #expect(try await Self.sequence(&peer) == 4)
            }
        }
    }

    @Test func endsWithTheRights() async throws {
        let began = ContinuousClock.now
        let fixture = try APIFixture(now: { APIFixture.time + Int64(began.duration(to: .now) / .milliseconds(1)) })
        // Long enough for a machine with other things to do to begin in time.
        let grant = try await fixture.grant(1, 2, seconds: 15)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: grant.hashes, token: grant.token)
                _ = try await peer.field("data")
                for hash in grant.hashes {
                    #expect(try await peer.field("data") == #"{"hash":"\#(hash)","closed":"expired"}"#)
                }
                // The connection goes on: the next request is answered.
                try await peer.ask(for: grant.hashes, token: grant.token)
                while let line = try await peer.line(), line != "HTTP/1.1 401 Unauthorized" {}
                #expect(!peer.isOver)
            }
        }
        #expect(fixture.api.pulls.count == 0)
    }

    @Test func channelsWithoutARightAreSaidSo() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let other = try await fixture.grant(2)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: grant.hashes + other.hashes, token: grant.token)
                #expect(try await peer.field("id") == "\(grant.hashes[0])@\(grant.epoch):0")
                let data = try await peer.field("data")
                #expect(data?.contains(#"{"hash":"\#(other.hashes[0])","error":{"code":"forbidden""#) == true)
                try await fixture.notify(2, ["1"])
                try await fixture.notify(1, ["2"])
                #expect(try await peer.field("data")?.contains(grant.hashes[0]) == true)
            }
        }
        let refused = try await fixture.send(.get, "/v1/stream?channel=\(other.hashes[0])", key: grant.token)
        #expect(refused.problem == "forbidden")
    }

    /// The peer's leaving and the bridge's end both end what waits, at once.
    @Test func whoeverLeavesLeavesNothingBehind() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let poll = Self.poll(grant)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                try await peer.ask(for: grant.hashes, token: grant.token)
                _ = try await peer.field("data")
                try await RawPeer.connect(to: port) { peer in
                    try await peer.send(poll)
                    try await fixture.waitForPulls(2)
                }
                try await fixture.waitForPulls(1)
            }
            try await fixture.waitForPulls(0)
        }
    }

    @Test func shutdownAnswersAndEnds() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let poll = Self.poll(grant)
        try await LiveServer.run(fixture) { port, shutDown in
            try await RawPeer.connect(to: port) { stream in
                try await stream.ask(for: grant.hashes, token: grant.token)
                _ = try await stream.field("data")
                try await RawPeer.connect(to: port) { poller in
                    try await poller.send(poll)
                    try await fixture.waitForPulls(2)
                    await shutDown()
                    #expect(try await poller.line() == "HTTP/1.1 200 OK")
                    while let line = try await poller.line(), !line.contains(#""events":[]"#) {}
                }
                while try await stream.line() != nil {}
                #expect(stream.isOver)
            }
        }
        #expect(fixture.api.pulls.count == 0)
    }

    private static func poll(_ grant: APIFixture.Granted, since number: Int = 0) -> String {
        let body = #"{"channels":[{"hash":"\#(grant.hashes[0])","since":"\#(grant.epoch):\#(number)"}],"wait":55}"#
        return "POST /v1/poll HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(grant.token)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A connection that has waited is used again.
    @Test func pollsFollowEachOtherOnOneConnection() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                for number in 0..<3 {
                    try await peer.send(Self.poll(grant, since: number))
                    try await fixture.waitForPulls(1)
                    try await fixture.notify(1, ["1"])
                    while let line = try await peer.line(), !line.isEmpty {}
                    try await fixture.waitForPulls(0)
                }
                try await peer.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
                while let line = try await peer.line(), !line.hasSuffix("HTTP/1.1 200 OK") {}
                #expect(!peer.isOver)
            }
        }
    }

    @Test(arguments: [
        "", "?channel=", "?channel=x", "?channel=gzlFP5ds6BbedNfmyA9NCaDMVic@", "?channels=gzlFP5ds6BbedNfmyA9NCaDMVic",
        "?channel=gzlFP5ds6BbedNfmyA9NCaDMVic@1", "?channel=gzlFP5ds6BbedNfmyA9NCaDMVic@a:1@a:2",
        "?channel=gzlFP5ds6BbedNfmyA9NCaDMVic&channel=gzlFP5ds6BbedNfmyA9NCaDMVic",
    ])
    func malformedRequestsAreRefused(_ query: String) async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        #expect(
            try await fixture.send(.get, "/v1/stream\(query)", key: grant.token).problem == "payload_invalid")
    }

    @Test func idsThatAreNotOursAndTooManyChannelsAreRefused() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let path = "/v1/stream?channel=\(grant.hashes[0])"
        let name = try #require(HTTPField.Name("Last-Event-ID"))
        for id in ["7", grant.hashes[0], "\(grant.hashes[0])@a:1 \(grant.hashes[0])@a:2"] {
            let response = try await fixture.send(.get, path, key: grant.token, headers: [name: id])
            #expect(response.problem == "payload_invalid", "\(id)")
        }
        let many = (0..<121).map { _ in "channel=\(grant.hashes[0])" }.joined(separator: "&")
        #expect(try await fixture.send(.get, "/v1/stream?\(many)", key: grant.token).problem == "limit")
        #expect(try await fixture.send(.get, path).problem == "unauthorized")
        #expect(try await fixture.send(.get, path, key: "all").problem == "grant_invalid")
        #expect(fixture.api.pulls.count == 0)
    }
}
