import Components
import Logging
import Realtime
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ComponentDispatcherTests {
    struct Failure: Error, CustomStringConvertible {
        let description = "the password is hunter2"
    }

    @Test func aClosureAnswers() async throws {
        let fixture = try DispatcherFixture()
        try fixture.register(.closure { $0.payload })
        let reply = try await fixture.run { await fixture.ask(try DispatcherFixture.request(#"{"a":1}"#)) }
        #expect(reply.text == #"{"a":1}"#)
    }

    @Test func anImmediateCallbackAnswersWithoutRunning() async throws {
        let fixture = try DispatcherFixture()
        try fixture.register(.immediate { $0.payload }, for: "realtime_echo")
        let request = try DispatcherFixture.request("7", component: "realtime_echo")
        #expect(await fixture.ask(request).text == "7")
    }

    @Test func whatIsNotEnabledSaysSo() async throws {
        let fixture = try DispatcherFixture()
        #expect(await fixture.ask(try DispatcherFixture.request()).code == .noCallback)
        let other = try DispatcherFixture.request(component: "mod_chat")
        #expect(await fixture.ask(other).code == .componentDisabled)
        let error = #expect(throws: RealtimeError.self) {
            try fixture.register(.closure { $0.payload }, for: "mod_chat")
        }
        #expect(error?.code == .componentDisabled)
    }

    @Test func aFailureNamesAnIncidentAndNothingElse() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in RecordingLogHandler { line in lines.withLock { $0.append(line) } } }
        let fixture = try DispatcherFixture(logger: logger)
        try fixture.register(.closure { _ in throw Failure() })
        let reply = try await fixture.run { await fixture.ask(try DispatcherFixture.request()) }
        guard case .failed(let error) = reply else {
            Issue.record("the failure was not told")
            return
        }
        #expect(error.code == .callbackFailed)
        #expect(!error.message.contains("hunter2"))
        let incident = try #require(error.message.split(separator: " ").last)
        let logged = lines.withLock { $0 }
        #expect(logged.count == 1)
        #expect(logged[0].contains(incident))
        #expect(!logged[0].contains("hunter2"))
    }

    private struct Refused: CallbackFailure {
        var description: String { "HTTP status 500" }
    }

    /// What the bridge itself says of a webhook or a worker holds nothing of theirs: operators need it.
    @Test func aFailureThatMayBeLoggedIsLogged() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in RecordingLogHandler { line in lines.withLock { $0.append(line) } } }
        let fixture = try DispatcherFixture(logger: logger)
        try fixture.register(.closure { _ in throw Refused() })
        let reply = try await fixture.run { await fixture.ask(try DispatcherFixture.request()) }
        #expect(reply.code == .callbackFailed)
        #expect(lines.withLock { $0 }.first?.contains("HTTP status 500") == true)
    }

    @Test func aCallbackThatTakesTooLongIsCancelled() async throws {
        let fixture = try DispatcherFixture(ComponentSettings(timeout: .milliseconds(20)))
        try fixture.register(
            .closure { request in
                try await Task.sleep(for: .seconds(3600))
                return request.payload
            }
        )
        try await fixture.run {
            let request = try DispatcherFixture.request()
            var code: RealtimeError.Code?
            // On a machine with other things to do, it may not even begin in time.
            repeat { code = await fixture.ask(request).code } while code == .busy
            #expect(code == .timeout)
        }
        #expect(fixture.figures()?.timedOut == 1)
    }

    @Test func whoeverIsTooManyIsBusy() async throws {
        let fixture = try DispatcherFixture(ComponentSettings(timeout: .seconds(60), concurrency: 1, waiting: 1))
        let gate = Gate()
        try fixture.register(
            .closure { request in
                await gate.wait()
                return request.payload
            }
        )
        try await fixture.run {
            async let first = fixture.ask(try DispatcherFixture.request("1"))
            await gate.reached(1)
            // The first runs. One of two more waits, the other is too many.
            let codes = try await withThrowingTaskGroup(of: RealtimeError.Code?.self) { group in
                for user in ["a", "b"] {
                    group.addTask { await fixture.ask(try DispatcherFixture.request(user: user)).code }
                }
                var codes: [RealtimeError.Code?] = []
                for try await code in group {
                    codes.append(code)
                    gate.open()
                }
                return codes
            }
            #expect(codes == [.busy, nil])
            #expect(try await first.text == "1")
        }
    }

    @Test func oneSendersMessagesAreInOrderAndOthersSideBySide() async throws {
        let fixture = try DispatcherFixture()
        let gate = Gate()
        let order = Mutex<[String]>([])
        try fixture.register(
            .closure { request in
                if request.payload.bytes == [48] { await gate.wait() }
                let text = String(decoding: request.payload.bytes, as: UTF8.self)
                order.withLock { $0.append("\(request.user):\(text)") }
                return request.payload
            }
        )
        try await fixture.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let done = Gate()
                for number in 0..<10 {
                    let request = try DispatcherFixture.request("\(number)", user: "a")
                    try fixture.dispatcher.route(to: request.component).dispatch(request) { _ in
                        if number == 9 { done.open() }
                    }
                }
                // Another sender is not held up by the first; nor is another session of the same user.
                await gate.reached(1)
                let other = await fixture.ask(try DispatcherFixture.request("1", user: "b"))
                let session = await fixture.ask(try DispatcherFixture.request("2", user: "a", session: "x"))
                #expect([other.text, session.text] == ["1", "2"])
                gate.open()
                group.addTask { await done.wait() }
                try await group.waitForAll()
            }
        }
        let expected: [String] = ["b:1", "a:2"] + (0..<10).map { "a:\($0)" }
        #expect(order.withLock { $0 } == expected)
    }

    @Test(arguments: [1, 3])
    func noMoreRunThanMay(_ concurrency: Int) async throws {
        // On a machine with other things to do, some wait for long.
        let fixture = try DispatcherFixture(ComponentSettings(timeout: .seconds(50), concurrency: concurrency))
        let running = Mutex((now: 0, most: 0))
        try fixture.register(
            .closure { request in
                running.withLock { running in
                    running.now += 1
                    running.most = max(running.most, running.now)
                }
                await Task.yield()
                running.withLock { $0.now -= 1 }
                return request.payload
            }
        )
        let replies = try await fixture.run {
            try await withThrowingTaskGroup(of: CallbackResult<EventPayload>.self) { group in
                for number in 0..<100 {
                    group.addTask { await fixture.ask(try DispatcherFixture.request(user: "u\(number)")) }
                }
                return try await group.reduce(into: [CallbackResult<EventPayload>]()) { $0.append($1) }
            }
        }
        #expect(replies.count == 100)
        #expect(replies.allSatisfy { $0.text == "1" })
        #expect(running.withLock { $0.most } <= concurrency)
    }

    @Test func oneHungComponentLeavesAnotherUntouched() async throws {
        let fixture = try DispatcherFixture(ComponentSettings(timeout: .seconds(3600), concurrency: 2, waiting: 1))
        let gate = Gate()
        try fixture.register(
            .closure { request in
                await gate.wait()
                return request.payload
            }
        )
        try await fixture.run {
            try await withThrowingTaskGroup(of: RealtimeError.Code?.self) { group in
                for number in 0..<4 {
                    group.addTask { await fixture.ask(try DispatcherFixture.request(user: "u\(number)")).code }
                }
                await gate.reached(2)
                // Registered while the dispatcher runs.
                try fixture.register(.closure { $0.payload }, for: DispatcherFixture.board)
                for number in 0..<100 {
                    let request = try DispatcherFixture.request("\(number)", component: DispatcherFixture.board)
                    #expect(await fixture.ask(request).text == "\(number)")
                }
                let refused = try await group.next()
                #expect(refused == .busy)
                #expect(fixture.figures()?.running == 2)
                #expect(fixture.figures()?.waiting == 1)
                gate.open()
                for try await code in group { #expect(code == nil) }
            }
        }
        #expect(fixture.figures()?.refused == 1)
        #expect(fixture.figures(DispatcherFixture.board)?.answered == 100)
    }

    @Test func aReplacedCallbackIsUsedFromThenOn() async throws {
        let fixture = try DispatcherFixture()
        let old = try EventPayload(json: Array("1".utf8), limit: 10)
        let new = try EventPayload(json: Array("2".utf8), limit: 10)
        try await fixture.run {
            let request = try DispatcherFixture.request("0")
            for callback: ComponentCallback in [.closure { _ in old }, .immediate { _ in old }] {
                try fixture.register(callback)
                #expect(await fixture.ask(request).text == "1")
                try fixture.register(.closure { _ in new })
                #expect(await fixture.ask(request).text == "2")
            }
        }
        #expect(fixture.figures()?.received == 4)
        #expect(fixture.figures()?.answered == 4)
    }

    @Test func aComponentDecidesAboutWhatIsPublished() async throws {
        let fixture = try DispatcherFixture()
        let quiz = try ComponentName(DispatcherFixture.quiz)
        #expect(!fixture.dispatcher.hasIngest(quiz))
        #expect(try await fixture.ingest("1").code == .noCallback)
        #expect(try await fixture.ingest("1", component: "mod_chat").code == .componentDisabled)
        try fixture.dispatcher.register(quiz) { request in
            request.payload.bytes == [48] ? .refuse(reason: "zero") : .replace(request.payload)
        }
        #expect(fixture.dispatcher.hasIngest(quiz))
        try await fixture.run {
            guard case .answered(.refuse("zero")) = try await fixture.ingest("0"),
                case .answered(.replace(let payload)) = try await fixture.ingest("7")
            else {
                Issue.record("the verdict is another")
                return
            }
            #expect(payload.bytes == [55])
        }
        #expect(fixture.figures()?.answered == 2)
    }

    @Test func whatComesAfterTheEndIsBusy() async throws {
        let fixture = try DispatcherFixture()
        try fixture.register(.closure { $0.payload })
        let early = try DispatcherFixture.request()
        try await fixture.run {
            #expect(await fixture.ask(early).text == "1")
        }
        #expect(await fixture.ask(early).code == .busy)
        try fixture.register(.closure { $0.payload }, for: DispatcherFixture.board)
        let request = try DispatcherFixture.request(component: DispatcherFixture.board)
        #expect(await fixture.ask(request).code == .busy)
    }
}
