import NIOCore

/// Finds where the head of a request ends (RFC 9112, section 2.1).
enum HandshakeHead {
    /// The index behind the empty line; `nil` when it has not come.
    static func end(in bytes: ByteBufferView) -> ByteBufferView.Index? {
        var newlines = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                newlines += 1
                if newlines == 2 { return index + 1 }
            case UInt8(ascii: "\r"):
                continue
            default:
                newlines = 0
            }
        }
        return nil
    }
}
