import BridgeCore
import Edge
import EventLog
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Realtime
import Synchronization
import Testing

@testable import BridgeHTTP

@Suite(.timeLimit(.minutes(1))) struct PollRouteTests {
    @Test func answersWhatFollowsAPosition() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        try await fixture.notify(1, ["1", "2", "3"])
        let response = try await fixture.poll(
            [#"{"hash":"\#(grant.hashes[0])","since":"\#(grant.epoch):1"}"#], wait: 55, token: grant.token)
        #expect(response.status == .ok)
        #expect(response.headers[.cacheControl] == "no-store")
        let event = #"{"seq":2,"epoch":"\#(grant.epoch)","time":\#(APIFixture.time),"payload":2}"#
        #expect(response.text.contains(#""events":[\#(event),"#))
        let channel = try #require(try Polled.all(response).first)
        #expect(channel.sequences == [2, 3])
        #expect(channel.position == "\(grant.epoch):3")
        #expect(channel.recovered == "complete")
        #expect(channel.more == false)
    }

    @Test func beginsAtTheGrantsPositionElseNow() async throws {
        let fixture = try APIFixture()
        try await fixture.notify(1, ["1"])
        let placed = try await fixture.grant(1)
        let unplaced = try await fixture.grant(1, replay: false)
        try await fixture.notify(1, ["2"])
        let channel = #"{"hash":"\#(placed.hashes[0])"}"#
        let first = try #require(try Polled.all(await fixture.poll([channel], token: placed.token)).first)
        #expect(first.sequences == [2])
        #expect(first.recovered == "complete")
        let second = try #require(try Polled.all(await fixture.poll([channel], token: unplaced.token)).first)
        #expect(second.sequences == [])
        #expect(second.recovered == "none")
        #expect(second.position == "\(placed.epoch):2")
    }

    @Test func waitsForTheFirstEvent() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1, 2)
        let channels = grant.hashes.map { #"{"hash":"\#($0)"}"# }
        async let polling = fixture.poll(channels, wait: 55, token: grant.token)
        try await fixture.waitForPulls(1)
        try await fixture.notify(2, ["1"])
        let polled = try Polled.all(await polling)
        #expect(polled.map(\.sequences) == [[], [1]])
        #expect(polled.map(\.position) == ["\(grant.epoch):0", "\(grant.epoch):1"])
        #expect(polled.map(\.recovered) == ["complete", "complete"])
        #expect(fixture.api.pulls.count == 0)
    }

    @Test func answersWithNothingWhenTheTimeIsOver() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        for wait in [nil, 0, 1] {
            let response = try await fixture.poll(
                [#"{"hash":"\#(grant.hashes[0])"}"#], wait: wait, token: grant.token)
            #expect(
                response.text == """
                    {"channels":[{"hash":"\(grant.hashes[0])","position":"\(grant.epoch):0",\
                    "recovered":"complete","events":[],"more":false}]}
                    """)
        }
    }

    /// However events and polls meet, each event comes once and in order.
    @Test func losesAndDoublesNothing() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        async let publishing: Void = {
            for number in 0..<300 { try await fixture.notify(1, ["\(number)"]) }
        }()
        var since = grant.positions[0]
        var sequences: [Int64] = []
        while sequences.last != 300 {
            let polled = try Polled.all(
                await fixture.poll(
                    [#"{"hash":"\#(grant.hashes[0])","since":"\#(since)"}"#], wait: 20, token: grant.token))
            #expect(polled[0].recovered == "complete")
            try #require(!polled[0].sequences.isEmpty)
            sequences += polled[0].sequences
            since = try #require(polled[0].position)
        }
        try await publishing
        #expect(sequences == Array(1...300))
    }

    @Test func aGapIsToldAtOnce() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        for since in ["other:0", "\(grant.epoch):7"] {
            let polled = try Polled.all(
                await fixture.poll(
                    [#"{"hash":"\#(grant.hashes[0])","since":"\#(since)"}"#], wait: 55, token: grant.token))
            #expect(polled[0].recovered == "gap")
            #expect(polled[0].position == "\(grant.epoch):0")
        }
    }

    @Test func largeAnswersGoOn() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1, 2)
        let payload = "\"" + String(repeating: "x", count: 1000) + "\""
        for item in [1, 2] { try await fixture.notify(item, Array(repeating: payload, count: 300)) }
        var positions = grant.positions
        var sequences: [[Int64]] = [[], []]
        var calls = 0
        var more = true
        while more {
            calls += 1
            let response = try await fixture.poll(
                (0..<2).map { #"{"hash":"\#(grant.hashes[$0])","since":"\#(positions[$0])"}"# }, token: grant.token)
            #expect(response.body.readableBytes < 300 * 1024)
            let polled = try Polled.all(response)
            for index in 0..<2 { sequences[index] += polled[index].sequences }
            positions = polled.compactMap(\.position)
            more = polled.contains { $0.more == true }
        }
        #expect(calls > 2)
        #expect(sequences == [Array(1...300), Array(1...300)])
    }

    @Test func whatTheGrantDoesNotNameIsAnError() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let other = try await fixture.grant(2, rights: #"["publish"]"#)
        try await fixture.notify(2, ["1"])
        let polled = try Polled.all(
            await fixture.poll(
                [#"{"hash":"\#(grant.hashes[0])"}"#, #"{"hash":"\#(other.hashes[0])"}"#], wait: 55,
                token: grant.token))
        #expect(polled.map(\.error) == [nil, "forbidden"])
        #expect(polled.map(\.sequences) == [[], []])
        #expect(fixture.edgeMetrics.refusalsByCode == ["forbidden": 1])
        let publisher = try Polled.all(
            await fixture.poll([#"{"hash":"\#(other.hashes[0])"}"#], token: other.token))
        #expect(publisher.map(\.error) == ["forbidden"])
    }

    @Test func withoutAGoodGrantNothingIsAnswered() async throws {
        let time = Mutex(APIFixture.time)
        let fixture = try APIFixture(now: { time.withLock { $0 } })
        let grant = try await fixture.grant(1)
        let channels = [#"{"hash":"\#(grant.hashes[0])"}"#]
        let missing = try await fixture.send(.post, "/v1/poll", body: #"{"channels":[\#(channels[0])]}"#)
        #expect(missing.problem == "unauthorized")
        #expect(try await fixture.poll(channels, token: "all").problem == "grant_invalid")
        #expect(try await fixture.poll(channels, token: grant.token + "x").problem == "grant_invalid")
        time.withLock { $0 += 3_600_000 }
        #expect(try await fixture.poll(channels, token: grant.token).problem == "grant_expired")
    }

    /// The answer comes when the rights end, however long was to be waited.
    @Test func theRightsEndEndsTheWait() async throws {
        let began = ContinuousClock.now
        let fixture = try APIFixture(now: { APIFixture.time + Int64(began.duration(to: .now) / .milliseconds(1)) })
        // Long enough for a machine with other things to do to begin in time.
        let grant = try await fixture.grant(1, seconds: 15)
        let response = try await fixture.poll([#"{"hash":"\#(grant.hashes[0])"}"#], wait: 55, token: grant.token)
        #expect(try Polled.all(response)[0].sequences == [])
        #expect(try await fixture.poll(["{}"], token: grant.token).problem == "grant_expired")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"channels":null}"#, #"{"channels":{}}"#, #"{"channels":[{}]}"#,
        #"{"channels":[{"hash":"x"}]}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","since":"1"}]}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","since":null}]}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic"}],"wait":56}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic"}],"wait":-1}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic"}],"wait":1.5}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic"}],"wait":"1"}"#,
    ])
    func malformedRequestsAreRefused(_ body: String) async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        #expect(try await fixture.send(.post, "/v1/poll", key: grant.token, body: body).problem == "payload_invalid")
    }

    /// Whoever only sends learns so that the bridge is there and takes the grant.
    @Test func noChannelNeedsToBeNamed() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let polled = try await fixture.poll([], wait: 0, token: grant.token)
        #expect(polled.status == .ok)
        #expect(polled.text == #"{"channels":[]}"#)
        #expect(try await fixture.poll([], wait: 1, token: grant.token).text == #"{"channels":[]}"#)
        #expect(try await fixture.poll([], token: "none").problem == "grant_invalid")
        #expect(fixture.api.pulls.count == 0)
    }

    @Test func requestsAreBounded() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let channel = #"{"hash":"\#(grant.hashes[0])"}"#
        #expect(try await fixture.poll(Array(repeating: channel, count: 120), token: grant.token).status == .ok)
        let many = try await fixture.poll(Array(repeating: channel, count: 121), token: grant.token)
        #expect(many.problem == "limit")
        let large = try await fixture.poll([channel + String(repeating: " ", count: 65_536)], token: grant.token)
        #expect(large.problem == "payload_too_large")
        #expect(try await fixture.send(.get, "/v1/poll", key: grant.token).problem == "method_not_allowed")
    }

    @Test func oneSessionHasSoManyAtOnce() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let other = try await fixture.grant(1, user: "43")
        let channel = #"{"hash":"\#(grant.hashes[0])"}"#
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { _ = try await fixture.poll([channel], wait: 55, token: grant.token) }
            }
            try await fixture.waitForPulls(16)
            let refused = try await fixture.poll([channel], wait: 55, token: grant.token)
            #expect(refused.problem == "limit")
            #expect(try await fixture.poll([channel], token: other.token).status == .ok)
            try await fixture.notify(1, ["1"])
            try await group.waitForAll()
        }
        #expect(fixture.api.pulls.count == 0)
        #expect(try await fixture.poll([channel], token: grant.token).status == .ok)
    }

    @Test func theBridgeHasSoManyInAll() async throws {
        let fixture = try APIFixture(maximumConnections: 1)
        let grant = try await fixture.grant(1)
        let channel = #"{"hash":"\#(grant.hashes[0])"}"#
        async let polling = fixture.poll([channel], wait: 55, token: grant.token)
        try await fixture.waitForPulls(1)
        let other = try await fixture.grant(1, user: "43")
        #expect(try await fixture.poll([channel], token: other.token).problem == "limit")
        try await fixture.notify(1, ["1"])
        #expect(try await polling.status == .ok)
    }

    @Test func areasDecideWhatNewcomersSee() async throws {
        let fixture = try APIFixture(policies: [
            "game": ChannelPolicy(retainsLast: true), "board": ChannelPolicy(historyFromGrantOnly: true),
        ])
        for area in ["game", "board"] { try await fixture.notify(1, area: area, ["1", "2"]) }
        // The latest first, where nothing has come since the grant, or where it has no position.
        for replay in [true, false] {
            let grant = try await fixture.grant(1, replay: replay)
            let polled = try Polled.all(
                await fixture.poll([#"{"hash":"\#(grant.hashes[0])"}"#], wait: 55, token: grant.token))
            #expect(polled[0].sequences == [2])
        }
        // Nothing from before the grant.
        let grant = try await fixture.grant(1, area: "board")
        try await fixture.notify(1, area: "board", ["3"])
        let channel = #"{"hash":"\#(grant.hashes[0])","since":"\#(grant.epoch):0"}"#
        let polled = try Polled.all(await fixture.poll([channel], token: grant.token))
        #expect(polled[0].sequences == [3])
        #expect(polled[0].recovered == "gap")
        let unplaced = try await fixture.grant(1, area: "board", replay: false)
        let hidden = try Polled.all(await fixture.poll([channel], token: unplaced.token))
        #expect(hidden[0].sequences == [])
        #expect(hidden[0].position == "\(grant.epoch):3")
    }
}
