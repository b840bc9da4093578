import Testing

@testable import Realtime

@Suite struct ReplyBodyTests {
    @Test func success() throws {
        let reply = ReplyBody.success(payload: try EventPayload(json: Array(#"{"a":[]}"#.utf8), limit: 100))
        #expect(String(decoding: reply.encode(), as: UTF8.self) == #"{"ok":true,"payload":{"a":[]}}"#)
        #expect(try ReplyBody.parse(reply.encode(), limit: 100) == reply)
    }

    @Test func failure() throws {
        let reply = ReplyBody.failure(RealtimeError(.noCallback, "mod_quiz has no \"callback\""))
        #expect(
            String(decoding: reply.encode(), as: UTF8.self)
                == #"{"ok":false,"error":{"code":"no_callback","message":"mod_quiz has no \"callback\""}}"#
        )
        #expect(try ReplyBody.parse(reply.encode(), limit: 100) == reply)
    }

    @Test(arguments: [
        "", "1", "{}", #"{"ok":true}"#, #"{"ok":1,"payload":1}"#, #"{"ok":false}"#, #"{"ok":false,"error":{}}"#,
    ])
    func otherFormsAreRefused(text: String) {
        let error = #expect(throws: RealtimeError.self) { try ReplyBody.parse(Array(text.utf8), limit: 100) }
        #expect(error?.code == .payloadInvalid)
    }

    @Test func theLimitHoldsForThePayload() throws {
        let body = Array(#"{"ok":true,"payload":12345}"#.utf8)
        #expect(throws: RealtimeError.self) { try ReplyBody.parse(body, limit: 4) }
    }
}
