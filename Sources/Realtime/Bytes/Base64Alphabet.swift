/// One of the two alphabets of RFC 4648, and the codec over it.
enum Base64Alphabet {
    /// Section 4, with padding.
    case standard
    /// Section 5, without padding.
    case url

    /// The character of a 6-bit value.
    @inline(__always)
    func character(_ value: UInt8) -> UInt8 {
        switch value & 63 {
        case 0..<26: UInt8(ascii: "A") + (value & 63)
        case 26..<52: UInt8(ascii: "a") + (value & 63) - 26
        case 52..<62: UInt8(ascii: "0") + (value & 63) - 52
        case 62: self == .url ? UInt8(ascii: "-") : UInt8(ascii: "+")
        default: self == .url ? UInt8(ascii: "_") : UInt8(ascii: "/")
        }
    }

    /// The 6-bit value of a character; nil outside the alphabet.
    @inline(__always)
    func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-") where self == .url, UInt8(ascii: "+") where self == .standard: 62
        case UInt8(ascii: "_") where self == .url, UInt8(ascii: "/") where self == .standard: 63
        default: nil
        }
    }

    /// Appends the encoding of the bytes.
    func encode(_ bytes: some Collection<UInt8>, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                output.append(self.character(UInt8(truncatingIfNeeded: bits >> UInt32(count))))
            }
        }
        if count > 0 {
            output.append(self.character(UInt8(truncatingIfNeeded: bits << UInt32(6 - count))))
        }
        if self == .standard {
            output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (3 - bytes.count % 3) % 3))
        }
    }

    /// Decodes the one canonical spelling; nil for other characters, wrong padding, or unused bits that are not zero.
    func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var end = text.count
        if self == .standard {
            guard end % 4 == 0 else { return nil }
            while end > 0, end > text.count - 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        }
        guard end % 4 != 1 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(end * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for index in 0..<end {
            guard let value = self.value(text[index]) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        // Left-over bits that are not zero would be a second spelling of the same bytes.
        guard bits & ((1 << count) - 1) == 0 else { return nil }
        return output
    }
}
