import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The `Date` header (RFC 9110, section 6.6.1), written once a second.
final class HTTPDate: Sendable {
    private let latest = Mutex((second: time_t.min, text: ""))

    /// The present time as an IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    var now: String {
        let second = time(nil)
        return self.latest.withLock { latest in
            if latest.second != second {
                latest = (second, Self.format(second))
            }
            return latest.text
        }
    }

    /// `strftime(3)`; the process stays in the C locale, whose names are the header's.
    static func format(_ second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        return String(unsafeUninitializedCapacity: 32) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return 0 }
                return strftime(start, characters.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            }
        }
    }
}
