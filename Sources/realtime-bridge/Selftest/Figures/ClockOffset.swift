/// How far the bridge's clock is ahead of this machine's, and how sure that is.
struct ClockOffset: Sendable, Equatable {
    /// A question for the time and its answer.
    struct Sample: Sendable {
        /// When it was asked, on this machine's clock, in Unix time.
        let asked: Duration
        /// Until the answer came, measured with a clock that nobody sets.
        let roundTrip: Duration
        /// The bridge's clock when it took the question, in Unix milliseconds, cut off.
        let taken: Int64
    }

    let offset: Duration
    /// The true offset lies no further away than this, above or below.
    let error: Duration

    /// Judges by the sample with the shortest round trip; nil without any.
    ///
    /// The bridge took the question at some time of the round trip, the middle of which is off by half of it at most; what
    /// its milliseconds cut off is between nothing and one of them.
    init?(_ samples: [Sample]) {
        guard let best = samples.min(by: { $0.roundTrip < $1.roundTrip }) else { return nil }
        let taken = Duration.milliseconds(best.taken) + .microseconds(500)
        self.offset = taken - (best.asked + best.roundTrip / 2)
        self.error = best.roundTrip / 2 + .microseconds(500)
    }
}
