import Testing

@testable import MosquittoBus

@Suite struct BackoffTests {
    @Test func growsToItsLimit() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        let bounds = (0..<6).map { _ in
            defer { _ = backoff.next() }
            return backoff.bound
        }
        #expect(
            bounds == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1),
                .seconds(1),
            ])
        for _ in 0..<100 { _ = backoff.next() }
        #expect(backoff.bound == .seconds(1))
        #expect(backoff.next(random: 0.5) == .milliseconds(500))
        #expect(backoff.next(random: 0) == .zero)
    }

    @Test func beginsAnewOnlyAfterWhatHasLasted() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        for _ in 0..<3 { _ = backoff.next() }
        backoff.succeeded(lasted: .milliseconds(999))
        #expect(backoff.bound == .milliseconds(800))
        backoff.succeeded(lasted: .seconds(1))
        #expect(backoff.bound == .milliseconds(100))
    }

    @Test(arguments: [
        (Duration.seconds(-1), Int32(0)), (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.seconds(2), 2_000),
        (.seconds(1) + .nanoseconds(1), 1_001), (.seconds(100_000_000), 1_000_000_000),
    ])
    func pollWaitsLongEnough(_ duration: Duration, _ milliseconds: Int32) {
        #expect(duration.pollTimeout == milliseconds)
    }
}
