import Realtime

/// JSON and payloads: parser and checker agree, and whatever is sent or stored is one line of valid JSON.
enum JSONFuzzing {
    static func run(_ input: inout FuzzInput) {
        let bytes = input.rest()
        let isValid = JSONSyntax.validate(bytes.span).isValid
        precondition(!isValid || isText(bytes), "JSON is text")
        checkParsing(bytes, isValid: isValid)
        PayloadFuzzing.run(bytes, isValid: isValid)
    }

    /// Whether this is UTF-8 by the standard library, without control characters but white space.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
            && bytes.allSatisfy { $0 >= 0x20 || " \t\r\n".utf8.contains($0) }
    }

    private static func checkParsing(_ bytes: [UInt8], isValid: Bool) {
        do throws(RealtimeError) {
            let value = try JSONValue.parse(bytes)
            precondition(isValid, "the parser takes no more than the checker")
            checkRaw(value)
            checkWriting(value)
        } catch {
            precondition(error.code == .payloadInvalid, "a refusal is the text's fault")
            precondition(!isValid || error.message.hasSuffix("twice"), "the parser refuses only doubled names besides")
        }
        do throws(RealtimeError) {
            let value = try JSONValue.parse(bytes, opaque: "payload")
            if let payload = value["payload"] {
                precondition(JSONSyntax.validate(Array(payload.raw).span).isValid, "what is not built is checked")
            }
        } catch {
            precondition(error.code == .payloadInvalid, "a refusal is the text's fault")
        }
    }

    /// Every value's own bytes are that value.
    private static func checkRaw(_ value: JSONValue) {
        precondition(JSONSyntax.validate(Array(value.raw).span).isValid, "a value's bytes are valid alone")
        precondition(value.raw.first.map { !" \t\r\n".utf8.contains($0) } ?? false, "no white space before it")
        precondition(value.raw.last.map { !" \t\r\n".utf8.contains($0) } ?? false, "no white space behind it")
        for element in value.array?.prefix(8) ?? [] { checkRaw(element) }
        for member in value.members?.prefix(8) ?? [] { checkRaw(member.value) }
    }

    /// What is written from a value is one line, and reads the same.
    private static func checkWriting(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.write(value)
        precondition(!writer.bytes.contains { $0 < 0x20 }, "one line")
        do throws(RealtimeError) {
            let read = try JSONValue.parse(writer.bytes)
            precondition(read.isSame(as: value), "what was written reads the same")
        } catch {
            preconditionFailure("what was written is not JSON: \(error)")
        }
    }
}
