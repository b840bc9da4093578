/// Writes JSON in one line, bytes out; commas and escapes are its own business.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Makes a writer with room for this many bytes.
    public init(reserving capacity: Int = 0) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an object; the closure writes its members.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        self.beginObject()
        body(&self)
        self.endObject()
    }

    /// Writes an array; the closure writes its elements.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        self.beginArray()
        body(&self)
        self.endArray()
    }

    /// Opens an object.
    public mutating func beginObject() {
        self.separate()
        self.bytes.append(UInt8(ascii: "{"))
    }

    /// Closes the object that was opened last.
    public mutating func endObject() {
        self.bytes.append(UInt8(ascii: "}"))
    }

    /// Opens an array.
    public mutating func beginArray() {
        self.separate()
        self.bytes.append(UInt8(ascii: "["))
    }

    /// Closes the array that was opened last.
    public mutating func endArray() {
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// Writes a member's name; its value has to follow.
    public mutating func key(_ name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0..<0x20: self.escapeControl(byte)
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Writes an integer as a number.
    public mutating func int(_ value: Int64) {
        self.separate()
        self.bytes.appendDecimal(value)
    }

    /// Writes an integer as a number.
    public mutating func int(_ value: Int) {
        self.int(Int64(value))
    }

    /// Writes an integer as a number.
    public mutating func int(_ value: UInt64) {
        self.separate()
        self.bytes.appendDecimal(value)
    }

    /// Writes an integer as a number, or as a string beyond ±(2^53-1), where JavaScript's numbers lose digits.
    public mutating func portableInt(_ value: Int64) {
        if value.magnitude < 1 << 53 {
            self.int(value)
        } else {
            self.string(String(value))
        }
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        self.separate()
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        self.separate()
        self.bytes.append(contentsOf: "null".utf8)
    }

    /// Writes bytes that are one valid JSON value already.
    public mutating func raw(_ value: some Collection<UInt8>) {
        self.separate()
        self.bytes.append(contentsOf: value)
    }

    /// Writes a comma where a value or member came before; what was written last tells.
    private mutating func separate() {
        switch self.bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): return
        default: self.bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func escapeControl(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): self.bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): self.bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): self.bytes.append(contentsOf: "\\t".utf8)
        default:
            self.bytes.append(contentsOf: "\\u00".utf8)
            for digit in [byte >> 4, byte & 15] {
                self.bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
