#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The time of day, as events and grants need it.
enum WallClock {
    /// Milliseconds since the Unix epoch (`clock_gettime(CLOCK_REALTIME)`).
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
