import Components
import Logging
import Realtime

/// A dispatcher that runs while a test does.
struct DispatcherFixture: Sendable {
    static let quiz = "mod_quiz"
    static let board = "mod_board"

    let dispatcher: ComponentDispatcher

    init(_ settings: ComponentSettings = ComponentSettings(timeout: .seconds(60)), logger: Logger? = nil) throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.dispatcher = ComponentDispatcher(
            components: [try ComponentName(Self.quiz): settings, try ComponentName(Self.board): settings],
            logger: logger ?? quiet
        )
    }

    func register(_ callback: ComponentCallback, for component: String = Self.quiz) throws {
        try self.dispatcher.register(ComponentName(component), callback: callback)
    }

    /// Runs the dispatcher around a body.
    func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.dispatcher.run() }
            let value = try await body()
            group.cancelAll()
            return value
        }
    }

    static func request(
        _ payload: String = "1",
        user: String = "42",
        session: String = "abc",
        component: String = Self.quiz
    ) throws -> ComponentRequest {
        ComponentRequest(
            id: "msg_0123456789abcdefghijkl",
            time: 1_732_370_000_123,
            user: user,
            session: session,
            client: "c1",
            component: try ComponentName(component),
            request: "r",
            payload: try EventPayload(json: Array(payload.utf8), limit: 1024)
        )
    }

    /// How a request ends.
    func ask(_ request: ComponentRequest) async -> CallbackResult<EventPayload> {
        let route: Route
        do throws(RealtimeError) {
            route = try self.dispatcher.route(to: request.component)
        } catch {
            return .unanswered(error)
        }
        return await withCheckedContinuation { continuation in
            route.dispatch(request) { event in
                if case .ended(let result) = event { continuation.resume(returning: result) }
            }
        }
    }

    /// What a component decides about data that was published to one of its channels.
    func ingest(_ payload: String, component: String = Self.quiz) async throws -> CallbackResult<IngestVerdict> {
        let request = IngestRequest(
            id: "msg_0123456789abcdefghijkl",
            time: 1_732_370_000_123,
            user: "42",
            session: "abc",
            client: "c1",
            channel: try Channel(contextID: 1, component: component, area: "game", itemID: 0),
            key: nil,
            payload: try EventPayload(json: Array(payload.utf8), limit: 1024)
        )
        return await withCheckedContinuation { continuation in
            self.dispatcher.ingest(request) { event in
                if case .ended(let result) = event { continuation.resume(returning: result) }
            }
        }
    }

    /// A component's figures.
    func figures(_ component: String = Self.quiz) -> ComponentMetrics.Snapshot? {
        self.dispatcher.snapshot().first { $0.0.rawValue == component }?.1
    }
}

extension CallbackResult {
    /// The code of a failure.
    var code: RealtimeError.Code? {
        switch self {
        case .answered: nil
        case .failed(let error), .unanswered(let error): error.code
        }
    }
}

extension CallbackResult<EventPayload> {
    /// The payload of an answer, as text.
    var text: String? {
        if case .answered(let payload) = self { String(decoding: payload.bytes, as: UTF8.self) } else { nil }
    }
}
