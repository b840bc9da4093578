import Foundation
import Synchronization

/// When echoes were asked for and what time the bridge had then.
final class EchoTimes: Sendable {
    private struct Question {
        let wall: Duration
        let instant: ContinuousClock.Instant
    }

    private let state = Mutex<(asked: [Int: Question], samples: [ClockOffset.Sample])>(([:], []))

    var samples: [ClockOffset.Sample] { self.state.withLock { $0.samples } }

    /// Begins with numbers from 0 again.
    func begin() {
        self.state.withLock { $0.asked = [:] }
    }

    func ask(_ number: Int) {
        let question = Question(wall: .seconds(Date().timeIntervalSince1970), instant: .now)
        self.state.withLock { $0.asked[number] = question }
    }

    func answer(_ number: Int, taken: Int64) {
        let now = ContinuousClock.now
        self.state.withLock { state in
            guard let question = state.asked.removeValue(forKey: number) else { return }
            state.samples.append(
                ClockOffset.Sample(asked: question.wall, roundTrip: now - question.instant, taken: taken))
        }
    }
}
