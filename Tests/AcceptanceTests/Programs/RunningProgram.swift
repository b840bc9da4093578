import Foundation
import Subprocess
import Synchronization

/// A program that runs beside a test: lines go in, lines come out and are waited for.
final class RunningProgram: Sendable {
    let processID: Int32
    private let description: String
    private let writer: StandardInputWriter
    private let lines: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    /// What was printed and not yet asked for; then everything, for the report of a failure.
    private let printed = Mutex<(waiting: [String], all: [String])>(([], []))

    init(description: String, processID: Int32, writer: StandardInputWriter) {
        self.description = description
        self.processID = processID
        self.writer = writer
        (self.lines, self.continuation) = AsyncStream.makeStream()
    }

    /// Gives the program a line.
    func write(_ line: String) async throws {
        _ = try await self.writer.write(line + "\n")
    }

    /// Waits for the first line, of those not yet taken, that a function makes something of; the others stay.
    func first<R: Sendable>(
        _ what: String,
        within limit: Duration = Deadline.usual,
        _ read: @escaping @Sendable (String) -> R?
    ) async throws -> R {
        try await self.reporting {
            try await Deadline.run(what, within: limit) {
                while true {
                    if let found = self.takeWaiting(read) { return found }
                    guard let line = await self.lines.first(where: { _ in true }) else {
                        throw Deadline.Missed(description: "the program ended before \(what)")
                    }
                    self.printed.withLock { $0.waiting.append(line) }
                }
            }
        }
    }

    /// Adds what the program has printed to the report of a wait that missed its deadline.
    func reporting<R>(_ wait: () async throws -> R) async throws -> R {
        do {
            return try await wait()
        } catch let missed as Deadline.Missed {
            let said = self.printed.withLock { $0.all.suffix(40).joined(separator: "\n  ") }
            throw Deadline.Missed(description: "\(missed)\n\(self.description) has printed:\n  \(said)")
        }
    }

    /// Waits for a line that contains a text.
    @discardableResult
    func line(containing text: String) async throws -> String {
        try await self.first(text) { $0.contains(text) ? $0 : nil }
    }

    /// Waits until the program has closed its output.
    func ended() async throws {
        try await Deadline.run("the program's end") {
            for await _ in self.lines {}
        }
    }

    /// Reads until the program ends.
    func read(_ output: SubprocessOutputSequence) async throws {
        defer { self.continuation.finish() }
        for try await text in output.strings() {
            let line = text.trimmingCharacters(in: .newlines)
            self.printed.withLock { $0.all.append(line) }
            self.continuation.yield(line)
        }
    }

    private func takeWaiting<R>(_ read: (String) -> R?) -> R? {
        self.printed.withLock { printed in
            for (index, line) in printed.waiting.enumerated() {
                guard let found = read(line) else { continue }
                printed.waiting.remove(at: index)
                return found
            }
            return nil
        }
    }
}
