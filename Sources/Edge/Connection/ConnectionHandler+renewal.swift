import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Adds a further grant of the same user, session and role to a live connection (component `realtime_grant`).
    func renew(token: ByteBuffer, address: ReplyAddress) {
        do throws(RealtimeError) {
            let grant = try self.loop.delegate.authenticate(token: token)
            guard var rights = self.session?.rights else { return }
            try rights.add(grant)
            self.session?.rights = rights
            self.reply(ReplyBody.success(payload: Self.describe(grant)).encode(), to: address)
            self.checkDeadlines()
        } catch {
            self.loop.metrics.refused(error.code)
            self.reply(ReplyBody.failure(error).encode(), to: address)
        }
    }

    /// Describes a grant as `{"expires","channels":[{"hash","rights"}],"components"}`.
    private static func describe(_ grant: Grant) -> EventPayload {
        var json = JSONWriter()
        json.beginObject()
        json.key("expires")
        json.int(grant.expiresAt)
        json.key("channels")
        json.beginArray()
        for channel in grant.channels {
            json.beginObject()
            json.key("hash")
            json.string(channel.hash.description)
            json.key("rights")
            json.string(channel.rights.description)
            json.endObject()
        }
        json.endArray()
        json.key("components")
        json.beginArray()
        for component in grant.components {
            json.string(component.rawValue)
        }
        json.endArray()
        json.endObject()
        return EventPayload(json)
    }
}
