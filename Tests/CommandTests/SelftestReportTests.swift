import Realtime
import Testing

@testable import realtime_bridge

/// The verdict of a selftest and how it is told.
struct SelftestReportTests {
    @Test func nothingTestedIsNotAllRight() {
        #expect(!SelftestReport().isGood)
        #expect(!SelftestReport(parts: [Self.part([], skipped: "no right")]).isGood)
    }

    @Test func whatIsLeftOutIsNoFault() {
        let report = SelftestReport(parts: [Self.part([0, 1]), Self.part([], skipped: "no right")])
        #expect(report.isGood)
        #expect(report.table.contains("left out: no right"))
    }

    @Test(arguments: [[0], [0, 0, 1], [1, 0]])
    func onePartWithAFaultSpoilsAll(arrivals: [Int]) throws {
        let report = SelftestReport(parts: [Self.part([0, 1]), Self.part(arrivals)])
        #expect(!report.isGood)
        #expect(try JSONValue.parse(report.json)["ok"]?.bool == false)
        #expect(report.table.contains("NOT all right"))
    }

    @Test func aFailureSpoilsAllThoughEverythingCame() throws {
        var part = Self.part([0, 1])
        part.failure = "the bridge has ended the connection"
        let report = SelftestReport(parts: [part])
        #expect(!report.isGood)
        let json = try JSONValue.parse(report.json)
        #expect(json["parts"]?.array?.first?["error"]?.string == part.failure)
        #expect(report.table.contains("failed: the bridge has ended the connection"))
    }

    @Test func answersWithoutAnOrderHaveNone() throws {
        var part = Self.part([1, 0])
        part.isOrdered = false
        let report = SelftestReport(parts: [part])
        #expect(report.isGood)
        #expect(try JSONValue.parse(report.json)["parts"]?.array?.first?["out_of_order"] == nil)
    }

    @Test func programsGetOneObject() throws {
        var report = SelftestReport(parts: [Self.part([0])])
        report.clock = ClockOffset([.init(asked: .seconds(1), roundTrip: .milliseconds(1), taken: 998)])
        let json = try JSONValue.parse(report.json)
        #expect(json["clock"]?["offset_ms"]?.number == "-2.000")
        #expect(json["clock"]?["error_ms"]?.number == "1.000")
        let part = try #require(json["parts"]?.array?.first)
        for (name, value) in [("sent", 2), ("received", 1), ("lost", 1), ("doubled", 0), ("out_of_order", 0)] {
            #expect(part[name]?.int64 == Int64(value), "\(name)")
        }
        #expect(part["part"]?.string == "burst")
        #expect(part["transport"]?.string == "mqtt")
        for name in ["p50_ms", "p99_ms", "max_ms"] { #expect(part[name]?.number == "3.000") }
    }

    /// Two messages sent, and these numbers come.
    private static func part(_ arrivals: [Int], skipped: String? = nil) -> SelftestReport.Part {
        var tally = Tally(count: 2)
        tally.send(2, at: .zero)
        for number in arrivals { tally.receive(number, at: .milliseconds(3)) }
        return SelftestReport.Part(name: "burst", transport: "mqtt", tally: tally, skipped: skipped)
    }
}
