extension JSONValue {
    /// Whether the value is `null`.
    public var isNull: Bool {
        if case .null = self.kind { true } else { false }
    }

    /// The value of `true` or `false`; nil for anything else.
    public var bool: Bool? {
        if case .bool(let value) = self.kind { value } else { nil }
    }

    /// The decoded string; nil for anything else.
    public var string: String? {
        if case .string(let value) = self.kind { value } else { nil }
    }

    /// A number's text as written; nil for anything else.
    public var number: String? {
        if case .number(let value) = self.kind { value } else { nil }
    }

    /// A number that is a signed 64-bit integer as written: nil for fractions, exponents, `-0`, and what does not fit.
    public var int64: Int64? {
        if case .number(let text) = self.kind { Int64(strictDecimal: text) } else { nil }
    }

    /// A number that is an unsigned 64-bit integer as written: nil for fractions, exponents, and what does not fit.
    public var uint64: UInt64? {
        if case .number(let text) = self.kind { UInt64(strictDecimal: text) } else { nil }
    }

    /// A signed 64-bit integer as a number or as a string of digits; nil for anything else.
    public var portableInt64: Int64? {
        self.int64 ?? self.string.flatMap { Int64(strictDecimal: $0) }
    }

    /// An array's elements; nil for anything else.
    public var array: [JSONValue]? {
        if case .array(let elements) = self.kind { elements } else { nil }
    }

    /// An object's members in order; nil for anything else.
    public var members: [Member]? {
        if case .object(let members) = self.kind { members } else { nil }
    }

    /// The object's member of this name, compared as bytes; nil where there is none or the value is no object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self.kind else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}
