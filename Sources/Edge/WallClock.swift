import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The time of day, as grants need it.
enum WallClock {
    /// Seconds since the Unix epoch (`clock_gettime(CLOCK_REALTIME)`).
    static var seconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    /// Milliseconds since the Unix epoch.
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// How long it is until a second begins; nothing where it has begun.
    static func time(until second: Int64) -> TimeAmount {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        // Beyond a day nobody looks: it is bounded so that no multiplication overflows.
        let seconds = min(max(second - Int64(time.tv_sec), 0), 86_400)
        return .nanoseconds(max(seconds * 1_000_000_000 - Int64(time.tv_nsec), 0))
    }
}
