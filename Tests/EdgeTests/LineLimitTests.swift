import Testing

@testable import Edge

@Suite struct LineLimitTests {
    @Test func soManyLinesASecondAndThenTheirNumber() {
        var limit = LineLimit(perSecond: 2)
        #expect(limit.take(now: 5) == .write(leftOut: 0))
        #expect(limit.take(now: 5) == .write(leftOut: 0))
        for _ in 0..<3 { #expect(limit.take(now: 5) == .leaveOut) }
        #expect(limit.take(now: 6) == .write(leftOut: 3))
        #expect(limit.take(now: 6) == .write(leftOut: 0))
        #expect(limit.take(now: 6) == .leaveOut)
    }
}
