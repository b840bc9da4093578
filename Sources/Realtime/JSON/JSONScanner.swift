/// Walks over JSON by RFC 8259's grammar, without allocating.
///
/// The bytes are handed to every call, so that the scanner itself can be kept and copied freely. Recursion is
/// bounded by `maximumDepth`.
struct JSONScanner {
    /// The next byte to look at.
    var offset = 0
    /// Whether CR or LF was passed, which can only be white space.
    var containsLineBreaks = false
    /// How many arrays and objects may lie within each other.
    let maximumDepth: Int

    init(maximumDepth: Int) {
        self.maximumDepth = maximumDepth
    }

    /// Passes one whole text: a value, white space around it, and nothing else.
    mutating func scanText(_ bytes: Span<UInt8>) throws(JSONFault) {
        self.skipWhitespace(bytes)
        try self.scanValue(bytes, depth: 0)
        try self.expectEnd(bytes)
    }

    /// Passes white space up to the end.
    mutating func expectEnd(_ bytes: Span<UInt8>) throws(JSONFault) {
        self.skipWhitespace(bytes)
        guard self.offset == bytes.count else { throw self.fault(.trailingBytes) }
    }

    @inline(__always)
    mutating func skipWhitespace(_ bytes: Span<UInt8>) {
        while self.offset < bytes.count {
            switch bytes[self.offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): self.containsLineBreaks = true
            default: return
            }
            self.offset += 1
        }
    }

    /// The next byte, which has to be there.
    @inline(__always)
    func peek(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt8 {
        guard self.offset < bytes.count else { throw self.fault(.unexpectedEnd) }
        return bytes[self.offset]
    }

    /// Passes the next byte if it is this one.
    @inline(__always)
    mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        guard try self.peek(bytes) == byte else { return false }
        self.offset += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) {
        guard try self.take(byte, bytes) else { throw self.fault(.unexpectedByte) }
    }

    /// The depth within a container that begins here.
    func deeper(_ depth: Int) throws(JSONFault) -> Int {
        guard depth < self.maximumDepth else { throw self.fault(.tooDeep) }
        return depth + 1
    }

    /// Passes one value, without white space around it.
    mutating func scanValue(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        switch try self.peek(bytes) {
        case UInt8(ascii: "{"): try self.scanObject(bytes, depth: self.deeper(depth))
        case UInt8(ascii: "["): try self.scanArray(bytes, depth: self.deeper(depth))
        case UInt8(ascii: "\""): _ = try self.scanString(bytes)
        case UInt8(ascii: "t"): try self.scanLiteral("true", bytes)
        case UInt8(ascii: "f"): try self.scanLiteral("false", bytes)
        case UInt8(ascii: "n"): try self.scanLiteral("null", bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.scanNumber(bytes)
        default: throw self.fault(.unexpectedByte)
        }
    }

    mutating func scanLiteral(_ literal: StaticString, _ bytes: Span<UInt8>) throws(JSONFault) {
        for index in 0..<literal.utf8CodeUnitCount {
            try self.expect(literal.utf8Start[index], bytes)
        }
    }

    /// Passes `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func scanNumber(_ bytes: Span<UInt8>) throws(JSONFault) {
        _ = try self.take(UInt8(ascii: "-"), bytes)
        if try !self.take(UInt8(ascii: "0"), bytes) {
            try self.scanDigits(bytes)
        }
        if self.offset < bytes.count, bytes[self.offset] == UInt8(ascii: ".") {
            self.offset += 1
            try self.scanDigits(bytes)
        }
        if self.offset < bytes.count, bytes[self.offset] | 0x20 == UInt8(ascii: "e") {
            self.offset += 1
            if try !self.take(UInt8(ascii: "+"), bytes) {
                _ = try self.take(UInt8(ascii: "-"), bytes)
            }
            try self.scanDigits(bytes)
        }
        // What follows is the caller's to judge; but `01` would otherwise read as a complaint about a missing comma.
        if self.offset < bytes.count, ASCII.isDigit(bytes[self.offset]) { throw self.fault(.invalidNumber) }
    }

    private mutating func scanDigits(_ bytes: Span<UInt8>) throws(JSONFault) {
        guard ASCII.isDigit(try self.peek(bytes)) else { throw self.fault(.invalidNumber) }
        while self.offset < bytes.count, ASCII.isDigit(bytes[self.offset]) {
            self.offset += 1
        }
    }

    private mutating func scanArray(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        self.offset += 1
        self.skipWhitespace(bytes)
        if try self.take(UInt8(ascii: "]"), bytes) { return }
        while true {
            try self.scanValue(bytes, depth: depth)
            self.skipWhitespace(bytes)
            if try self.take(UInt8(ascii: "]"), bytes) { return }
            try self.expect(UInt8(ascii: ","), bytes)
            self.skipWhitespace(bytes)
        }
    }

    private mutating func scanObject(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        self.offset += 1
        self.skipWhitespace(bytes)
        if try self.take(UInt8(ascii: "}"), bytes) { return }
        while true {
            guard try self.peek(bytes) == UInt8(ascii: "\"") else { throw self.fault(.unexpectedByte) }
            _ = try self.scanString(bytes)
            self.skipWhitespace(bytes)
            try self.expect(UInt8(ascii: ":"), bytes)
            self.skipWhitespace(bytes)
            try self.scanValue(bytes, depth: depth)
            self.skipWhitespace(bytes)
            if try self.take(UInt8(ascii: "}"), bytes) { return }
            try self.expect(UInt8(ascii: ","), bytes)
            self.skipWhitespace(bytes)
        }
    }

    func fault(_ reason: JSONFault.Reason) -> JSONFault {
        JSONFault(offset: self.offset, reason: reason)
    }
}
