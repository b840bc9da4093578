public import Logging
public import Realtime
public import ServiceLifecycle
import Synchronization

/// Hands messages to components' callbacks, each component within its own bounds: a slow one delays no other.
public final class ComponentDispatcher: Service {
    /// Told how an upstream message fares, from any thread.
    public typealias Completion = @Sendable (CallbackEvent<EventPayload>) -> Void
    /// Told how data published to a channel fares, from any thread.
    public typealias IngestCompletion = @Sendable (CallbackEvent<IngestVerdict>) -> Void

    typealias Runner = CallbackRunner<ComponentRequest, EventPayload>
    private typealias IngestRunner = CallbackRunner<IngestRequest, IngestVerdict>

    private struct Entry: Sendable {
        let settings: ComponentSettings
        let metrics = ComponentMetrics()
        /// Answers in place of the runner, where there is one.
        var immediate: (@Sendable (ComponentRequest) -> EventPayload)?
        var runner: Runner?
        var ingest: IngestRunner?
    }

    private struct State: Sendable {
        var entries: [ComponentName: Entry]
        /// Components that decide about data.
        var ingestCount = 0
        var hasEnded = false
    }

    private let state: Mutex<State>
    private let runs: AsyncStream<@Sendable () async -> Void>
    private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation
    private let logger: Logger

    /// Creates a dispatcher for the components that are enabled.
    public init(components: [ComponentName: ComponentSettings], logger: Logger) {
        self.state = Mutex(State(entries: components.mapValues { Entry(settings: $0) }))
        self.logger = logger
        // Unbounded in itself: no more than two runners a component enter.
        (self.runs, self.continuation) = AsyncStream.makeStream()
    }

    /// Gives a component its callback, in place of one that it has: whatever begins to run from now on uses it.
    ///
    /// - Throws: `component_disabled` when the component is not enabled; the bridge's own always are.
    public func register(_ component: ComponentName, callback: ComponentCallback) throws(RealtimeError) {
        try self.update(component) { entry in
            switch callback {
            case .immediate(let closure):
                entry.immediate = closure
                return nil
            case .closure(let closure):
                entry.immediate = nil
                if let runner = entry.runner {
                    runner.replace(closure)
                    return nil
                }
                let runner = self.runner(component, entry, closure)
                entry.runner = runner
                return (runner.run, runner.close)
            }
        }
    }

    /// Has a component decide about data that is published to its channels, in place of a callback that it has.
    ///
    /// - Throws: As ``register(_:callback:)``.
    public func register(_ component: ComponentName, ingest: @escaping IngestCallback) throws(RealtimeError) {
        try self.update(component) { entry in
            if let runner = entry.ingest {
                runner.replace(ingest)
                return nil
            }
            let runner = self.runner(component, entry, ingest)
            entry.ingest = runner
            return (runner.run, runner.close)
        }
    }

    /// Whether a component has a callback.
    public func hasCallback(_ component: ComponentName) -> Bool {
        self.state.withLock { state in
            let entry = state.entries[component]
            return entry?.immediate != nil || entry?.runner != nil
        }
    }

    /// The way to a component's callback.
    ///
    /// - Throws: `component_disabled`, or `no_callback`.
    public func route(to component: ComponentName) throws(RealtimeError) -> Route {
        let (route, isEnabled) = self.state.withLock { state -> (Route?, Bool) in
            guard let entry = state.entries[component] else { return (nil, false) }
            if let immediate = entry.immediate { return (Route(kind: .immediate(immediate, entry.metrics)), true) }
            return (entry.runner.map { Route(kind: .runner($0)) }, true)
        }
        guard let route else { throw Self.missing(component, isEnabled: isEnabled) }
        return route
    }

    /// Whether any component decides about data that is published to its channels.
    public var hasIngest: Bool {
        self.state.withLock { $0.ingestCount > 0 }
    }

    /// Whether a component decides about data that is published to its channels.
    public func hasIngest(_ component: ComponentName) -> Bool {
        self.state.withLock { $0.entries[component]?.ingest != nil }
    }

    /// Has a component decide about data that was published to one of its channels.
    public func ingest(_ request: IngestRequest, completion: @escaping IngestCompletion) {
        let component = request.channel.component
        let (runner, isEnabled) = self.state.withLock { state in
            let entry = state.entries[component]
            return (entry?.ingest, entry != nil)
        }
        guard let runner else {
            return completion(.ended(.unanswered(Self.missing(component, isEnabled: isEnabled))))
        }
        runner.submit(request, from: Sender(user: request.user, session: request.session), completion: completion)
    }

    /// Every component's figures, by name.
    public func snapshot() -> [(ComponentName, ComponentMetrics.Snapshot)] {
        let entries = self.state.withLock { $0.entries }
        return entries.sorted { $0.key.rawValue < $1.key.rawValue }.map { component, entry in
            var snapshot = entry.metrics.snapshot()
            entry.runner?.measure(&snapshot)
            entry.ingest?.measure(&snapshot)
            return (component, snapshot)
        }
    }

    /// Runs callbacks until shutdown or cancellation, which cancels those under way and answers `busy` to what waits.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            for await run in self.runs.cancelOnGracefulShutdown() {
                // Two a component at most; awaited by the group.
                group.addTask { await run() }
            }
            group.cancelAll()
        }
        // One that was registered too late to be run must not let its messages wait.
        let entries = self.state.withLock { state in
            state.hasEnded = true
            return state.entries.values
        }
        for entry in entries {
            entry.runner?.close()
            entry.ingest?.close()
        }
    }

    /// Changes a component's entry; a runner that is new there is run, or closed where the dispatcher has ended.
    private func update(
        _ component: ComponentName,
        _ body: (inout Entry) -> (run: @Sendable () async -> Void, close: @Sendable () -> Void)?
    ) throws(RealtimeError) {
        let (isEnabled, new, hasEnded) = self.state.withLock { state in
            guard var entry = state.entries[component] ?? (component.isReserved ? Entry(settings: .init()) : nil) else {
                return (false, nil as (run: @Sendable () async -> Void, close: @Sendable () -> Void)?, false)
            }
            let new = body(&entry)
            if entry.ingest != nil, state.entries[component]?.ingest == nil { state.ingestCount += 1 }
            state.entries[component] = entry
            return (true, new, state.hasEnded)
        }
        guard isEnabled else { throw Self.missing(component, isEnabled: false) }
        guard let new else { return }
        if hasEnded { new.close() } else { self.continuation.yield(new.run) }
    }

    private func runner<Request: Sendable, Answer: Sendable>(
        _ component: ComponentName,
        _ entry: Entry,
        _ callback: @escaping @Sendable (Request) async throws -> Answer
    ) -> CallbackRunner<Request, Answer> {
        CallbackRunner(
            settings: entry.settings,
            component: component,
            metrics: entry.metrics,
            clock: .continuous,
            logger: self.logger,
            callback: callback
        )
    }

    private static func missing(_ component: ComponentName, isEnabled: Bool) -> RealtimeError {
        isEnabled
            ? RealtimeError(.noCallback, "component \(component) has no callback")
            : RealtimeError(.componentDisabled, "component \(component) is not enabled")
    }
}
