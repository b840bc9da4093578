import NIOCore

extension ByteBuffer {
    /// The bytes that `hex` writes out; spaces are for the reader.
    init(hex: String) {
        self.init()
        let digits = hex.filter { !$0.isWhitespace }
        var rest = digits[...]
        while !rest.isEmpty {
            writeInteger(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
    }

    /// The readable bytes as lower-case hexadecimal.
    var hex: String {
        readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
