import Components
import Realtime
import Testing

struct WebhookSecretTests {
    /// The vector of the Standard Webhooks libraries' tests.
    @Test func signsAsTheSpecificationsVector() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    /// One secret signs many attempts: each starts anew.
    @Test func aSecondSignatureIsTheSame() throws {
        let secret = try WebhookSecret(WebhookFixture.secret)
        let first = secret.signature(id: "a", timestamp: 1, body: [1, 2])
        #expect(secret.signature(id: "a", timestamp: 1, body: [1, 2]) == first)
        #expect(secret.signature(id: "a", timestamp: 2, body: [1, 2]) != first)
        #expect(secret.signature(id: "b", timestamp: 1, body: [1, 2]) != first)
    }

    @Test(arguments: [
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_aGk=",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + Base64.encode([UInt8](repeating: 1, count: 23)),
        "whsec_" + Base64.encode([UInt8](repeating: 1, count: 65)),
    ])
    func refusesOtherForms(_ text: String) {
        let error = #expect(throws: RealtimeError.self) { try WebhookSecret(text) }
        #expect(error?.code == .configurationInvalid)
        #expect(text.count < 10 || error?.message.contains(text) == false)
    }

    @Test(arguments: [24, 64])
    func takesTheBounds(_ count: Int) throws {
        let secret = try WebhookSecret("whsec_" + Base64.encode([UInt8](repeating: 7, count: count)))
        #expect("\(secret) \(String(reflecting: secret))" == "WebhookSecret WebhookSecret")
    }
}
