/// Builds values over what the scanner passes; the grammar itself is the scanner's.
struct JSONParser {
    // The same bytes that every call is handed as a span: values keep slices of the array, the scanner reads the span.
    private let text: [UInt8]
    private let opaqueName: String?
    private var scanner: JSONScanner

    init(text: [UInt8], maximumDepth: Int, opaqueName: String?) {
        self.text = text
        self.opaqueName = opaqueName
        self.scanner = JSONScanner(maximumDepth: maximumDepth)
    }

    mutating func parseText(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONValue {
        self.scanner.skipWhitespace(bytes)
        let value = try self.parseValue(bytes, depth: 0)
        try self.scanner.expectEnd(bytes)
        return value
    }

    private mutating func parseValue(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) -> JSONValue {
        let start = self.scanner.offset
        let kind: JSONValue.Kind
        switch try self.scanner.peek(bytes) {
        case UInt8(ascii: "{"):
            kind = .object(try self.parseMembers(bytes, depth: self.scanner.deeper(depth)))
        case UInt8(ascii: "["):
            kind = .array(try self.parseElements(bytes, depth: self.scanner.deeper(depth)))
        case UInt8(ascii: "\""):
            kind = .string(try self.parseString(bytes))
        case UInt8(ascii: "t"):
            try self.scanner.scanLiteral("true", bytes)
            kind = .bool(true)
        case UInt8(ascii: "f"):
            try self.scanner.scanLiteral("false", bytes)
            kind = .bool(false)
        case UInt8(ascii: "n"):
            try self.scanner.scanLiteral("null", bytes)
            kind = .null
        default:
            // A number, or whatever the scanner has to say about it.
            try self.scanner.scanValue(bytes, depth: depth)
            kind = .number(String(decoding: self.text[start..<self.scanner.offset], as: UTF8.self))
        }
        return JSONValue(kind: kind, raw: self.text[start..<self.scanner.offset])
    }

    private mutating func parseOpaque(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONValue {
        let start = self.scanner.offset
        try self.scanner.scanValue(bytes, depth: 0)
        return JSONValue(kind: .opaque, raw: self.text[start..<self.scanner.offset])
    }

    private mutating func parseElements(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) -> [JSONValue] {
        var elements: [JSONValue] = []
        self.scanner.offset += 1
        self.scanner.skipWhitespace(bytes)
        if try self.scanner.take(UInt8(ascii: "]"), bytes) { return elements }
        while true {
            elements.append(try self.parseValue(bytes, depth: depth))
            self.scanner.skipWhitespace(bytes)
            if try self.scanner.take(UInt8(ascii: "]"), bytes) { return elements }
            try self.scanner.expect(UInt8(ascii: ","), bytes)
            self.scanner.skipWhitespace(bytes)
        }
    }

    private mutating func parseMembers(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names = JSONMemberNames()
        self.scanner.offset += 1
        self.scanner.skipWhitespace(bytes)
        if try self.scanner.take(UInt8(ascii: "}"), bytes) { return members }
        while true {
            guard try self.scanner.peek(bytes) == UInt8(ascii: "\"") else {
                throw self.scanner.fault(.unexpectedByte)
            }
            let nameOffset = self.scanner.offset
            let name = try self.parseString(bytes)
            guard names.insert(name, besides: members) else {
                throw JSONFault(offset: nameOffset, reason: .duplicateMember)
            }
            self.scanner.skipWhitespace(bytes)
            try self.scanner.expect(UInt8(ascii: ":"), bytes)
            self.scanner.skipWhitespace(bytes)
            let isOpaque = self.opaqueName?.utf8.elementsEqual(name.utf8) ?? false
            members.append(
                JSONValue.Member(
                    name: name,
                    value: isOpaque ? try self.parseOpaque(bytes) : try self.parseValue(bytes, depth: depth)
                )
            )
            self.scanner.skipWhitespace(bytes)
            if try self.scanner.take(UInt8(ascii: "}"), bytes) { return members }
            try self.scanner.expect(UInt8(ascii: ","), bytes)
            self.scanner.skipWhitespace(bytes)
        }
    }

    private mutating func parseString(_ bytes: Span<UInt8>) throws(JSONFault) -> String {
        let start = self.scanner.offset + 1
        let hasEscapes = try self.scanner.scanString(bytes)
        let content = self.text[start..<(self.scanner.offset - 1)]
        return String(decoding: hasEscapes ? Self.unescape(content)[...] : content, as: UTF8.self)
    }

    /// Decodes the escapes of a string that the scanner has passed.
    private static func unescape(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(content.count)
        var rest = content
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                output.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): output.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): output.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "u"):
                var value = Self.hexadecimal(&rest)
                if value & 0xFC00 == 0xD800 {
                    rest.removeFirst(2)
                    value = 0x10000 + (value & 0x3FF) << 10 + Self.hexadecimal(&rest) & 0x3FF
                }
                if let scalar = Unicode.Scalar(value) { output.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
            default: output.append(escape)
            }
        }
        return output
    }

    private static func hexadecimal(_ rest: inout ArraySlice<UInt8>) -> UInt32 {
        var value: UInt32 = 0
        for byte in rest.prefix(4) {
            value = value << 4 | UInt32(JSONScanner.hexadecimalValue(byte) ?? 0)
        }
        rest = rest.dropFirst(4)
        return value
    }
}
