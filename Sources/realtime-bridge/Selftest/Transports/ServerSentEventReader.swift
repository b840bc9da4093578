/// Takes server-sent events apart (HTML standard, section 9.2.6): fields `event` and `data`, lines ended by LF or CR LF.
struct ServerSentEventReader: Sendable {
    /// One message.
    struct Message: Sendable, Equatable {
        /// `message` where the stream names no other.
        var event = "message"
        var data: [UInt8] = []
    }

    /// A line that is longer than any of the bridge's.
    struct LineTooLong: Error {}

    private static let maximumLine = 16 << 20

    private var line: [UInt8] = []
    private var message = Message()
    private var hasData = false

    /// Takes the next bytes, cut anywhere; returns the messages that they complete.
    mutating func read(_ bytes: some Sequence<UInt8>) throws -> [Message] {
        var messages: [Message] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard self.line.count < Self.maximumLine else { throw LineTooLong() }
                self.line.append(byte)
                continue
            }
            if self.line.last == UInt8(ascii: "\r") { self.line.removeLast() }
            if let message = self.endLine() { messages.append(message) }
            self.line.removeAll(keepingCapacity: true)
        }
        return messages
    }

    private mutating func endLine() -> Message? {
        guard !self.line.isEmpty else {
            defer {
                self.message = Message()
                self.hasData = false
            }
            return self.hasData ? self.message : nil
        }
        let colon = self.line.firstIndex(of: UInt8(ascii: ":")) ?? self.line.endIndex
        var value = self.line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: self.line[..<colon], as: UTF8.self) {
        case "event":
            self.message.event = String(decoding: value, as: UTF8.self)
        case "data":
            if self.hasData { self.message.data.append(UInt8(ascii: "\n")) }
            self.message.data.append(contentsOf: value)
            self.hasData = true
        default:
            break
        }
        return nil
    }
}
