import Components
import Logging
import Realtime

/// A dispatcher that runs while a test does.
struct DispatcherFixture: Sendable {
    static let quiz = "mod_quiz"

    let dispatcher: ComponentDispatcher

    init(_ settings: ComponentSettings = ComponentSettings(), logger: Logger? = nil) throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.dispatcher = ComponentDispatcher(
            components: [try ComponentName(Self.quiz): settings],
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
            user: user,
            session: session,
            client: "c1",
            component: try ComponentName(component),
            request: "r",
            payload: try EventPayload(json: Array(payload.utf8), limit: 1024)
        )
    }

    func ask(_ request: ComponentRequest) async -> ReplyBody {
        await withCheckedContinuation { continuation in
            self.dispatcher.dispatch(request) { continuation.resume(returning: $0) }
        }
    }
}

extension ReplyBody {
    /// The code of a failure.
    var code: RealtimeError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }

    /// The payload of a success, as text.
    var text: String? {
        if case .success(let payload) = self { String(decoding: payload.bytes, as: UTF8.self) } else { nil }
    }
}
