import Foundation
import Realtime
import Synchronization
import Testing

/// The helper program `event-log-child`, run as a process of its own.
final class ChildProcess: Sendable {
    private struct Output: Sendable {
        var lines: [String] = []
        var rest: [UInt8] = []
        var hasEnded = false
    }

    private let output = Mutex(Output())
    private let pid: Int32

    /// Starts it.
    ///
    /// - Parameters:
    ///   - path: The log's file.
    ///   - bootID: The boot that it believes in.
    ///   - maximumBytes: The log's bound.
    ///   - count: How many events it appends.
    ///   - closes: Whether it closes the log then, or waits to be killed.
    /// - Throws: Where it cannot be started.
    convenience init(
        path: String,
        bootID: String = "boot",
        maximumBytes: Int = 1 << 30,
        count: Int = .max,
        closes: Bool = false
    ) throws {
        try self.init([path, bootID, "\(maximumBytes)", "\(count)"] + (closes ? ["close"] : []))
    }

    /// Starts it so that it keeps replies, numbered from the given number, in a store with this path.
    convenience init(replies path: String, from number: Int) throws {
        try self.init(["replies", path, "\(number)"])
    }

    private init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        self.pid = process.processIdentifier
        // The thread ends with the process, whose end of the pipe closes.
        Thread.detachNewThread { [self] in
            while true {
                let data = pipe.fileHandleForReading.availableData
                self.output.withLock { output in
                    output.rest += data
                    while let end = output.rest.firstIndex(of: UInt8(ascii: "\n")) {
                        output.lines.append(String(decoding: output.rest[..<end], as: UTF8.self))
                        output.rest.removeSubrange(...end)
                    }
                    output.hasEnded = data.isEmpty
                }
                if data.isEmpty { break }
            }
        }
    }

    private static func executable() throws -> URL {
        // The test bundle lies in the folder of the build's products, or is itself a folder there.
        var folder = Bundle.main.bundleURL
        for _ in 0..<4 {
            let candidate = folder.appending(path: "event-log-child")
            if FileManager.default.isExecutableFile(atPath: candidate.path(percentEncoded: false)) { return candidate }
            folder.deleteLastPathComponent()
        }
        throw RealtimeError(.notFound, "event-log-child is not beside the tests")
    }

    /// The lines that it has printed.
    var lines: [String] { self.output.withLock { $0.lines } }

    /// Waits for a line that begins so.
    @discardableResult
    func line(_ prefix: String) async throws -> String {
        try await eventually { self.lines.contains { $0.hasPrefix(prefix) } }
        return try #require(self.lines.first { $0.hasPrefix(prefix) })
    }

    /// Kills it, as nothing can be caught, and waits until all that it printed is here.
    func kill() async throws {
        Foundation.kill(self.pid, SIGKILL)
        try await self.end()
    }

    /// Waits for its end.
    func end() async throws {
        try await eventually { self.output.withLock { $0.hasEnded } }
    }
}
