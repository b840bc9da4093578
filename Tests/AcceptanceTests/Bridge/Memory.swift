import Foundation

/// What the system has given to a process, in bytes, from `/proc/PID/status` (`proc(5)`).
struct Memory {
    /// The most that was in memory at once.
    let peak: Int
    /// The most that was reserved at once, touched or not.
    let reservedPeak: Int

    init(of processID: Int32) throws {
        let text = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        func bytes(_ name: String) throws -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
            return try BridgeError.require(kibibytes, "no \(name)") * 1024
        }
        self.peak = try bytes("VmHWM")
        self.reservedPeak = try bytes("VmPeak")
    }
}
