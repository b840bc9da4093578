/// The header fields of a request's head that a WebSocket handshake needs, taken from bytes.
struct HTTPFields {
    /// Fields that occur at most once and fields whose values are joined alike, by lower-case name.
    private var values: [(name: [UInt8], value: ArraySlice<UInt8>)] = []

    /// Reads the fields named; `nil` when a line is no header field.
    ///
    /// - Parameters:
    ///   - head: The request's head with its request line, up to the empty line.
    ///   - names: The fields wanted, in lower case.
    init?(head: ArraySlice<UInt8>, names: [[UInt8]]) {
        var rest = Self.nextLine(of: head).rest
        while !rest.isEmpty {
            let (line, next) = Self.nextLine(of: rest)
            rest = next
            guard !line.isEmpty else { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex else { return nil }
            let name = line[..<colon]
            if let wanted = names.first(where: { Self.isEqual($0, ignoringCaseOf: name) }) {
                self.values.append((wanted, Self.trim(line[(colon + 1)...])))
            }
        }
    }

    /// The only value of a field; `nil` when it is missing or given more than once.
    func single(_ name: [UInt8]) -> ArraySlice<UInt8>? {
        let found = self.values.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// How often a field occurs.
    func count(_ name: [UInt8]) -> Int {
        self.values.count { $0.name == name }
    }

    /// Whether one of a field's comma-separated tokens is `token`.
    func contains(_ token: [UInt8], in name: [UInt8], ignoringCase: Bool) -> Bool {
        self.values.contains { field in
            field.name == name
                && field.value.split(separator: UInt8(ascii: ",")).contains { part in
                    let part = Self.trim(part)
                    return ignoringCase ? Self.isEqual(token, ignoringCaseOf: part) : part.elementsEqual(token)
                }
        }
    }

    /// The line at the beginning, without its CR LF, and what follows.
    static func nextLine(of bytes: ArraySlice<UInt8>) -> (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        guard let feed = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return (bytes, []) }
        let line = bytes[..<feed]
        return (line.last == UInt8(ascii: "\r") ? line.dropLast() : line, bytes[(feed + 1)...])
    }

    private static func isEqual(_ lowercase: [UInt8], ignoringCaseOf other: ArraySlice<UInt8>) -> Bool {
        lowercase.count == other.count
            && zip(lowercase, other).allSatisfy { expected, byte in
                expected == (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            }
    }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let end = bytes.lastIndex(where: { !blank($0) }) else { return [] }
        return bytes[...end].drop(while: blank)
    }
}
