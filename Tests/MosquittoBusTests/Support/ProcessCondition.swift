import Foundation

/// Waits for processes to be gone.
enum ProcessCondition {
    /// Whether a process, or a group if the number is negative, is gone within ten seconds.
    static func isGone(_ processID: Int32) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            if kill(processID, 0) != 0, errno == ESRCH { return true }
            // No event tells of the end of a process that is not our child.
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
