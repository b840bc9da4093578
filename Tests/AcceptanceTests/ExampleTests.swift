import Testing

extension Acceptance {
    /// The examples run, and do what they say.
    @Suite struct ExampleTests {
        @Test func theQuizServerAnswersAndTellsTheScore() async throws {
            try await BridgeFolder.with { folder in
                try folder.listen()
                let game = Channel(itemID: 0)
                let server = Program(
                    executable: try BridgeExecutable.path(of: "quiz-server"), arguments: [folder.path])
                try await server.run { program in
                    let bridge = RunningBridge(folder: folder, program: program)
                    try await Deadline.poll("the server answers") {
                        (try? await bridge.api.get("/readyz"))?.status == 200
                    }
                    let grant = try await bridge.api.grant([game], components: ["mod_quiz"])
                    try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { player in
                        #expect(try await player.subscribe(grant.topics[0], "rt/demo/re/42/-/#") == [0, 0])
                        for (answer, isRight) in [(42, true), (41, false)] {
                            let request = "rt/demo/up/42/mod_quiz/answer-\(answer)"
                            try await player.publish(request, #"{"question":1,"answer":\#(answer)}"#)
                            let reply = try await player.message(on: "rt/demo/re/42/-/answer-\(answer)")
                            #expect(reply == ["ok": true, "payload": ["isRight": .bool(isRight)]])
                        }
                        let event = try await player.message(on: grant.topics[0])
                        #expect(event["payload"] == ["player": "42", "question": 1])
                        // A payload of another form is the callback's failure.
                        try await player.publish("rt/demo/up/42/mod_quiz/odd", #"{"question":"one"}"#)
                        let failed = try await player.message(on: "rt/demo/re/42/-/odd")
                        #expect(failed["error"]?["code"] == "callback_failed")
                    }
                }
            }
        }
    }
}
