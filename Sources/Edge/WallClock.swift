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
}
