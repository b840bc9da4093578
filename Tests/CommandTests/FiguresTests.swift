import Testing

@testable import realtime_bridge

/// Latencies and clocks in figures.
struct FiguresTests {
    @Test func percentilesAreValuesThatWereMeasured() throws {
        let summary = try #require(LatencySummary((1...200).reversed().map { .milliseconds($0) }))
        #expect(summary.median == .milliseconds(100))
        #expect(summary.p99 == .milliseconds(198))
        #expect(summary.maximum == .milliseconds(200))
    }

    @Test func oneLatencyIsAllOfThem() throws {
        let summary = try #require(LatencySummary([.microseconds(7)]))
        #expect([summary.median, summary.p99, summary.maximum] == Array(repeating: .microseconds(7), count: 3))
        #expect(LatencySummary([]) == nil)
    }

    @Test func theShortestRoundTripTellsTheClock() throws {
        let clock = try #require(
            ClockOffset([
                .init(asked: .seconds(100), roundTrip: .milliseconds(80), taken: 100_900),
                .init(asked: .seconds(200), roundTrip: .milliseconds(4), taken: 200_051),
                .init(asked: .seconds(300), roundTrip: .milliseconds(9), taken: 299_000),
            ]))
        // Taken at 200.051 to 200.052, in the middle of 200.000 to 200.004.
        #expect(clock.offset == .milliseconds(49) + .microseconds(500))
        #expect(clock.error == .milliseconds(2) + .microseconds(500))
        #expect(ClockOffset([]) == nil)
    }

    @Test func theTrueOffsetLiesWithinTheError() throws {
        let offset = Duration.milliseconds(-1234)
        for wayThere in 0...30 {
            let asked = Duration.microseconds(1_000_777)
            let taken = asked + .milliseconds(wayThere) + offset
            let milliseconds = Int64((taken / .milliseconds(1)).rounded(.down))
            let clock = try #require(
                ClockOffset([.init(asked: asked, roundTrip: .milliseconds(30), taken: milliseconds)]))
            #expect(clock.offset - clock.error <= offset && offset <= clock.offset + clock.error)
        }
    }

    @Test(arguments: [
        (Duration.microseconds(1250), 3, "1.250"), (.microseconds(-1250), 1, "-1.2"), (.zero, 1, "0.0"),
        (.nanoseconds(999_999), 3, "0.999"), (.seconds(61), 0, "61000"), (.nanoseconds(5), 6, "0.000005"),
    ])
    func durationsAreWrittenInMilliseconds(duration: Duration, decimals: Int, text: String) {
        #expect(duration.milliseconds(decimals: decimals) == text)
    }
}
