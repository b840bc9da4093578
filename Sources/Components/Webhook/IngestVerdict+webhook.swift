import Realtime

extension IngestVerdict {
    /// How many bytes of a refusal's reason are kept.
    static let maximumReasonBytes = 200

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

    /// What of a reason may be shown: no control characters, at most 200 bytes, whole characters.
    private static func printable(_ reason: String) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in reason.unicodeScalars where scalar.properties.generalCategory != .control {
            count += UTF8.width(scalar)
            guard count <= Self.maximumReasonBytes else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
