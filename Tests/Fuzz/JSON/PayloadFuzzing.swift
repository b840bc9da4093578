import Realtime

/// Payloads: valid JSON passes but for its line breaks, everything else is wrapped without loss.
enum PayloadFuzzing {
    static func run(_ bytes: [UInt8], isValid: Bool) {
        checkTaking(bytes, isValid: isValid)
        do throws(RealtimeError) {
            let payload = try EventPayload(ingesting: bytes, limit: 1 << 20)
            checkLine(payload.bytes)
            if isValid {
                precondition(payload.bytes == oneLine(bytes), "JSON passes")
            } else {
                precondition(unwrapped(payload) == bytes, "what is no JSON is wrapped without loss")
            }
            checkEvent(payload)
            checkReply(payload)
        } catch {
            precondition(error.code == .payloadInvalid && !isValid, "only what is nested too deeply is refused")
        }
        do throws(RealtimeError) {
            let payload = try EventPayload(ingesting: bytes, limit: 24)
            precondition(payload.bytes.count <= 24, "the limit holds for what is stored")
        } catch {
            precondition(error.code == .payloadInvalid || error.code == .payloadTooLarge, "refused for its length")
        }
    }

    /// That this is one line of valid JSON, where a payload that uses the whole depth may lie within.
    static func checkLine(_ bytes: [UInt8]) {
        let check = JSONSyntax.validate(bytes.span, maximumDepth: JSONSyntax.defaultMaximumDepth + 1)
        precondition(check == .valid(containsLineBreaks: false), "one line of valid JSON")
    }

    private static func checkTaking(_ bytes: [UInt8], isValid: Bool) {
        let payload = try? EventPayload(json: bytes, limit: 1 << 20)
        precondition((payload != nil) == isValid, "valid JSON is taken, nothing else")
        if let payload { precondition(payload.bytes == oneLine(bytes), "JSON passes") }
    }

    private static func checkEvent(_ payload: EventPayload) {
        guard let epoch = Epoch("k3f9") else { preconditionFailure("the fuzzer's own epoch is not valid") }
        let event = EventRecord(sequence: 41, epoch: epoch, time: 1_732_370_000_123, by: "42", payload: payload)
        let encoded = event.encode()
        checkLine(encoded)
        precondition(encoded.count <= event.encodedCapacity, "the capacity is enough")
        precondition(encoded.dropLast().reversed().starts(with: payload.bytes.reversed()), "the payload comes last")
    }

    private static func checkReply(_ payload: EventPayload) {
        let reply = ReplyBody.success(payload: payload)
        let encoded = reply.encode()
        checkLine(encoded)
        guard case .success(let read) = try? ReplyBody.parse(encoded, limit: 1 << 20) else {
            preconditionFailure("a reply can be read")
        }
        // White space around a value is not the value's.
        precondition(trimmed(read.bytes) == trimmed(payload.bytes), "a reply gives the payload back")
    }

    private static func oneLine(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let end = bytes.lastIndex(where: { !isBlank($0) }) else { return [] }
        return bytes[...end].drop(while: isBlank)
    }

    /// The bytes within `"…"` or `{"base64":"…"}`.
    private static func unwrapped(_ payload: EventPayload) -> [UInt8]? {
        let value = try? JSONValue.parse(payload.bytes)
        if let text = value?.string { return Array(text.utf8) }
        return value?["base64"]?.string.flatMap(Base64.decode(_:))
    }
}
