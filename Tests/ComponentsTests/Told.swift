import Realtime
import Synchronization

@testable import Components

/// What has been told about one message.
final class Told: Sendable {
    private let events = Mutex<[String]>([])
    private let late = Gate()
    private let end = Gate()

    /// `late`, `answered x`, `failed code`, `unanswered code`, in order.
    var texts: [String] { self.events.withLock { $0 } }

    func tell(_ event: CallbackEvent<String>) {
        let text =
            switch event {
            case .late: "late"
            case .ended(.answered(let answer)): "answered \(answer)"
            case .ended(.failed(let error)): "failed \(error.code)"
            case .ended(.unanswered(let error)): "unanswered \(error.code)"
            }
        self.events.withLock { $0.append(text) }
        if text == "late" { self.late.open() } else { self.end.open() }
    }

    func isLate() async { await self.late.wait() }

    /// Waits for the end, and gives all that was told.
    func ended() async -> [String] {
        await self.end.wait()
        return self.texts
    }
}
