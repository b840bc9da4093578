import Realtime

extension JSONValue {
    /// Whether the values are the same to the byte, but for spelling.
    func isSame(as other: JSONValue) -> Bool {
        switch (self.kind, other.kind) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.number(let one), .number(let two)), (.string(let one), .string(let two)):
            one.utf8.elementsEqual(two.utf8)
        case (.array(let one), .array(let two)): one.elementsEqual(two) { $0.isSame(as: $1) }
        case (.object(let one), .object(let two)):
            one.elementsEqual(two) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.value.isSame(as: $1.value) }
        default: false
        }
    }
}
