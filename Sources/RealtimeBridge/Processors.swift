import Foundation
import NIOCore

/// The processors that this process may run on.
enum Processors {
    /// Their number, at least 1: as `taskset` leaves them (`Cpus_allowed` of proc(5)), and as control groups do.
    static var available: Int {
        max(1, min(self.allowed ?? .max, System.coreCount))
    }

    private static var allowed: Int? {
        guard let status = FileManager.default.contents(atPath: "/proc/self/status"),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
                .first(where: { $0.hasPrefix("Cpus_allowed:") })
        else { return nil }
        return line.dropFirst("Cpus_allowed:".count)
            .compactMap(\.hexDigitValue)
            .reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
