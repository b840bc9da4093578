extension FixedWidthInteger {
    /// Reads decimal digits in their one canonical form: no `+`, no leading zeros, no `-0`, nothing around them.
    ///
    /// Positions and channel fields are compared as written, so each number has to have exactly one spelling.
    init?(strictDecimal text: some StringProtocol) {
        var digits = text.utf8[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard let first = digits.first, digits.allSatisfy(ASCII.isDigit) else { return nil }
        if first == UInt8(ascii: "0"), isNegative || digits.count > 1 { return nil }
        self.init(text, radix: 10)
    }
}
