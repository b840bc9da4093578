import Realtime

extension IngestVerdict {
    /// Reads `{"accept":true}`, `{"accept":true,"payload":…}` or `{"accept":false,"reason":"…"}`.
    ///
    /// - Throws: ``WebhookError``.
    init(webhookBody body: [UInt8], limit: Int) throws(WebhookError) {
        // An empty answer stands for `null`, which is no verdict: nobody has said yes.
        guard !body.isEmpty else { throw WebhookError(.verdict) }
        let answer: JSONValue
        do throws(RealtimeError) {
            answer = try JSONValue.parse(body, opaque: "payload")
        } catch {
            throw WebhookError(.notJSON)
        }
        switch (answer["accept"]?.bool, answer["payload"]) {
        case (true, nil): self = .accept
        case (true, let payload?):
            do throws(RealtimeError) {
                self = .replace(try EventPayload(payload, limit: limit))
            } catch {
                throw WebhookError(.tooLarge)
            }
        case (false, _): self = .refuse(reason: Self.printable(answer["reason"]?.string ?? ""))
        default: throw WebhookError(.verdict)
        }
    }
}
