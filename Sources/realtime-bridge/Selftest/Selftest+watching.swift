extension Selftest {
    /// Runs an operation in time, has those who wait look at the clock, and shows how far it is.
    func watching<R: Sendable>(
        _ arrivals: Arrivals,
        _ operation: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let total = arrivals.snapshot.tallies.reduce(0) { $0 + $1.count }
        return try await self.inTime {
            try await withThrowingTaskGroup(of: R.self) { group in
                // Whichever ends first ends the other, by cancellation; the group awaits both.
                group.addTask { try await operation() }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .milliseconds(100))
                        arrivals.tick()
                        self.progress.show(arrivals.received, of: total)
                    }
                }
                defer { group.cancelAll() }
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            }
        }
    }

    /// An error for people.
    static func words(_ error: any Error) -> String {
        (error as? CommandFailure)?.message ?? "\(error)"
    }
}
