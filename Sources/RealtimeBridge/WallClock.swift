import Foundation

/// The time of day, as events and grants need it.
enum WallClock {
    /// Milliseconds since the Unix epoch.
    static var milliseconds: Int64 {
        Int64(Date.now.timeIntervalSince1970 * 1000)
    }
}
