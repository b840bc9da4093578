import Testing

/// Runs one bridge for all tests of a suite, as ``RunningBridge/shared``.
struct BridgeTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await BridgeFolder.with { folder in
            try await folder.serve { bridge in
                try await RunningBridge.$shared.withValue(bridge) { try await function() }
            }
        }
    }
}

extension Trait where Self == BridgeTrait {
    /// The suite's tests share a bridge.
    static var bridge: Self { Self() }
}
