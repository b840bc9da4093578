/// What a look at a JSON text found.
public enum JSONValidation: Hashable, Sendable {
    /// One valid text; with line breaks it is not yet fit for one line.
    case valid(containsLineBreaks: Bool)
    /// Not valid from this byte on; the reason never repeats the content.
    case invalid(offset: Int, reason: String)

    /// Whether the text is valid.
    public var isValid: Bool {
        if case .valid = self { true } else { false }
    }
}
