import BridgeCore
import Edge
import Realtime

/// Bodies of calls: what is taken obeys the limits, and is refused with a code that the caller can understand.
enum BodyFuzzing {
    /// The largest payload, in bytes: small enough to be met.
    private static let limit = 256

    static func run(_ input: inout FuzzInput) {
        let choice = input.choice()
        let bytes = input.rest()
        do throws(RealtimeError) {
            switch choice {
            case UInt8(ascii: "n"):
                checkNotify(try NotifyRequest(json: JSONValue.parse(bytes, opaque: "payload"), limit: limit))
            case UInt8(ascii: "g"):
                checkGrant(try GrantRequest(json: JSONValue.parse(bytes)))
            case UInt8(ascii: "h"):
                checkHistory(try HistoryRequest.parse(JSONValue.parse(bytes)))
            case UInt8(ascii: "r"):
                checkReply(try ReplyBody.parse(bytes, limit: limit))
            default:
                checkChannel(try Channel(json: JSONValue.parse(bytes)))
            }
        } catch {
            checkRefusal(error)
        }
    }

    private static func checkNotify(_ request: NotifyRequest) {
        precondition(request.items.count <= NotifyRequest.maximumItems, "so many events at most")
        precondition(!request.isSingle || request.items.count == 1, "one event is one")
        for item in request.items {
            switch item {
            case .success(let item):
                precondition(item.payload.bytes.count <= limit, "the limit holds")
                PayloadFuzzing.checkLine(item.payload.bytes)
                checkChannel(item.channel)
            case .failure(let error):
                checkRefusal(error)
            }
        }
    }

    private static func checkGrant(_ request: GrantRequest) {
        precondition(request.channels.count <= Grant.maximumChannels, "so many channels at most")
        precondition((1...Grant.maximumLifetime).contains(request.lifetime), "for a day at most")
        for wanted in request.channels {
            precondition(!wanted.rights.isEmpty, "a channel has rights")
            checkChannel(wanted.channel)
        }
    }

    private static func checkHistory(_ requests: [HistoryRequest]) {
        precondition((1...Grant.maximumChannels).contains(requests.count), "so many channels at most")
        for request in requests {
            guard let since = request.since else { continue }
            precondition(Position(since.description) == since, "a position is read as it is written")
        }
    }

    private static func checkReply(_ reply: ReplyBody) {
        let encoded = reply.encode()
        PayloadFuzzing.checkLine(encoded)
        guard let read = try? ReplyBody.parse(encoded, limit: limit) else { preconditionFailure("a reply can be read") }
        precondition(read == reply, "a reply is read as it was written")
    }

    /// A channel is written as it is read, and its fields cannot run into each other.
    private static func checkChannel(_ channel: Channel) {
        var writer = JSONWriter()
        writer.object { channel.appendMembers(to: &$0) }
        PayloadFuzzing.checkLine(writer.bytes)
        guard let read = try? Channel(json: JSONValue.parse(writer.bytes)) else {
            preconditionFailure("a channel can be read")
        }
        precondition(read == channel, "a channel is read as it was written")
        precondition(!channel.area.isEmpty && channel.area.utf8.count <= Channel.maximumAreaBytes, "the area's length")
        precondition(channel.details.utf8.count <= Channel.maximumDetailsBytes, "the details' length")
        precondition(!channel.details.utf8.contains { $0 < 0x20 }, "no line break into the hash's input")
    }

    private static func checkRefusal(_ error: RealtimeError) {
        let codes: [RealtimeError.Code] = [.payloadInvalid, .payloadTooLarge, .channelInvalid, .limit]
        precondition(codes.contains(error.code), "a refusal is the caller's fault")
        PayloadFuzzing.checkLine(ReplyBody.failure(error).encode())
    }
}
