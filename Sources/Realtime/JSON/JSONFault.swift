/// Why a text is not JSON as it is taken here, and where.
struct JSONFault: Error, Equatable {
    enum Reason: String {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "a byte that has no place here"
        case trailingBytes = "something follows the value"
        case invalidNumber = "not a number of JSON"
        case invalidEscape = "not an escape of JSON"
        case loneSurrogate = "half of a surrogate pair"
        case controlCharacter = "a control character inside a string"
        case invalidUTF8 = "not UTF-8"
        case tooDeep = "nested too deeply"
        case duplicateMember = "a member's name occurs twice"
    }

    /// In bytes from the start of the text.
    let offset: Int
    let reason: Reason

    /// The error of the contract; it names the place, never the content.
    var error: RealtimeError {
        RealtimeError(.payloadInvalid, "not valid JSON at byte \(self.offset): \(self.reason.rawValue)")
    }
}
