import Realtime

extension JSONWriter {
    /// Writes a value from its parts, not from its bytes.
    mutating func write(_ value: JSONValue) {
        switch value.kind {
        case .null: self.null()
        case .bool(let flag): self.bool(flag)
        case .number(let text):
            if let integer = value.int64 {
                self.int(integer)
            } else if let integer = value.uint64 {
                self.int(integer)
            } else {
                self.raw(text.utf8)
            }
        case .string(let text): self.string(text)
        case .array(let elements):
            self.array { list in
                for element in elements { list.write(element) }
            }
        case .object(let members):
            self.object { object in
                for member in members {
                    object.key(member.name)
                    object.write(member.value)
                }
            }
        case .opaque: self.raw(value.raw)
        }
    }
}
