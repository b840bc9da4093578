extension JSONScanner {
    /// Passes a string with its quotes, and says whether it has escapes.
    ///
    /// Well-formed here means well-formed as Unicode too: bytes are UTF-8, and surrogates come in pairs.
    mutating func scanString(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        self.offset += 1
        var hasEscapes = false
        while true {
            let byte = try self.peek(bytes)
            switch byte {
            case UInt8(ascii: "\""):
                self.offset += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try self.scanEscape(bytes)
            case 0..<0x20:
                throw self.fault(.controlCharacter)
            case 0x20..<0x80:
                self.offset += 1
            default:
                try self.scanMultibyte(lead: byte, bytes)
            }
        }
    }

    private mutating func scanEscape(_ bytes: Span<UInt8>) throws(JSONFault) {
        self.offset += 1
        switch try self.peek(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.offset += 1
        case UInt8(ascii: "u"):
            self.offset += 1
            let unit = try self.scanHexadecimal(bytes)
            if unit & 0xFC00 == 0xDC00 { throw self.fault(.loneSurrogate) }
            guard unit & 0xFC00 == 0xD800 else { return }
            guard self.offset + 1 < bytes.count, bytes[self.offset] == UInt8(ascii: "\\"),
                bytes[self.offset + 1] == UInt8(ascii: "u")
            else { throw self.fault(.loneSurrogate) }
            self.offset += 2
            guard try self.scanHexadecimal(bytes) & 0xFC00 == 0xDC00 else { throw self.fault(.loneSurrogate) }
        default:
            throw self.fault(.invalidEscape)
        }
    }

    /// Passes four hexadecimal digits.
    private mutating func scanHexadecimal(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexadecimalValue(try self.peek(bytes)) else { throw self.fault(.invalidEscape) }
            unit = unit << 4 | UInt16(digit)
            self.offset += 1
        }
        return unit
    }

    /// The value of a hexadecimal digit in either case.
    static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Passes one sequence of two to four bytes that is well-formed by table 3-7 of the Unicode standard.
    private mutating func scanMultibyte(lead: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw self.fault(.invalidUTF8)
        }
        guard self.offset + length <= bytes.count, second.contains(bytes[self.offset + 1]) else {
            throw self.fault(.invalidUTF8)
        }
        for index in 2..<length where bytes[self.offset + index] & 0xC0 != 0x80 {
            throw self.fault(.invalidUTF8)
        }
        self.offset += length
    }
}
