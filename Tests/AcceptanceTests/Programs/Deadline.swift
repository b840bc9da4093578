/// Bounds on waits.
enum Deadline {
    /// What did not come in time.
    struct Missed: Error, CustomStringConvertible {
        let description: String
    }

    /// The longest wait for what another program does: on a busy machine each start takes seconds.
    static let usual = Duration.seconds(60)

    /// Runs an operation that has to end in time.
    static func run<R: Sendable>(
        _ what: String,
        within limit: Duration = Self.usual,
        _ operation: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Missed(description: "not within \(limit): \(what)")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    /// Waits for a condition that no event tells of.
    static func poll(
        _ what: String,
        within limit: Duration = Self.usual,
        until condition: @escaping @Sendable () async throws -> Bool
    ) async throws {
        try await self.run(what, within: limit) {
            while try await !condition() {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
