import BridgeCore
import NIOCore
import Realtime

/// Writes a stream's messages as server-sent events (HTML standard, section 9.2).
///
/// Each has an `id` with every channel's `{hash}@{position}`, joined by commas: where the client stands once it has
/// taken the message.
struct ServerSentEvents: Sendable {
    /// A comment, which keeps proxies from taking the stream for dead.
    static let comment = ByteBuffer(string: ":\n\n")

    private var hashes: [ChannelHash] = []
    /// `{hash}@{position}` for each channel.
    private var places: [[UInt8]] = []

    /// The first message, `event: open`: `{"channels":[{"hash","position","recovered"} or {"hash","error"}]}`.
    mutating func open(_ openings: [PullSession.Opening]) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.key("channels")
            json.array { list in
                for opening in openings { list.object { Self.describe(opening, in: &$0) } }
            }
        }
        for opening in openings {
            guard let position = opening.position else { continue }
            self.hashes.append(opening.channel)
            self.places.append(Self.place(of: opening.channel, position))
        }
        var buffer = ByteBuffer(string: "event: open\n")
        self.write([], json.bytes, to: &buffer)
        return buffer
    }

    /// Writes an event of a channel.
    mutating func write(_ event: EventRecord, of channel: ChannelHash, to buffer: inout ByteBuffer) {
        self.move(channel, to: event.position)
        self.write(Self.hashMember(channel), event.encode().dropFirst(), to: &buffer)
    }

    /// Writes that events up to a position are lost: `{"hash","seq","epoch","time","gap":true}`.
    mutating func write(_ gap: GapNotice, of channel: ChannelHash, to buffer: inout ByteBuffer) {
        self.move(channel, to: gap.position)
        self.write(Self.hashMember(channel), gap.encode().dropFirst(), to: &buffer)
    }

    /// Writes that a channel's right has ended: `{"hash","closed"}`.
    func writeClosed(_ channel: ChannelHash, because reason: String, to buffer: inout ByteBuffer) {
        var json = JSONWriter()
        json.object { json in
            json.key("hash")
            json.string(channel.description)
            json.key("closed")
            json.string(reason)
        }
        self.write([], json.bytes, to: &buffer)
    }

    private mutating func move(_ channel: ChannelHash, to position: Position) {
        guard let index = self.hashes.firstIndex(of: channel) else { return }
        self.places[index] = Self.place(of: channel, position)
    }

    /// Whatever the data is, it stays one line: a break would forge a message.
    private func write(_ prefix: [UInt8], _ data: some Collection<UInt8>, to buffer: inout ByteBuffer) {
        buffer.writeString("id: ")
        var isFirst = true
        for place in self.places {
            if !isFirst { buffer.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            buffer.writeBytes(place)
        }
        buffer.writeString("\ndata: ")
        buffer.writeBytes(prefix)
        if data.contains(where: Self.breaksLine) {
            buffer.writeBytes(data.map { Self.breaksLine($0) ? UInt8(ascii: " ") : $0 })
        } else {
            buffer.writeBytes(data)
        }
        buffer.writeString("\n\n")
    }

    private static func breaksLine(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private static func place(of channel: ChannelHash, _ position: Position) -> [UInt8] {
        Array("\(channel)@\(position)".utf8)
    }

    /// An object's beginning that takes the place of its `{`.
    private static func hashMember(_ channel: ChannelHash) -> [UInt8] {
        var bytes = Array(#"{"hash":""#.utf8)
        channel.appendBase64URL(to: &bytes)
        bytes.append(contentsOf: #"","#.utf8)
        return bytes
    }

    private static func describe(_ opening: PullSession.Opening, in json: inout JSONWriter) {
        json.key("hash")
        json.string(opening.channel.description)
        switch opening.result {
        case .success(let verdict):
            json.reading(to: verdict.position, recovered: verdict.recovered)
        case .failure(let error):
            json.error(error)
        }
    }
}
