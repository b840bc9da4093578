import Realtime

/// What callbacks are asked: the members that every message has.
protocol CallbackRequest: Sendable {
    var id: String { get }
    var time: Int64 { get }
    var component: ComponentName { get }
    var user: String { get }
    var session: String { get }
    var client: String { get }
    var payload: EventPayload { get }
}

extension CallbackRequest {
    /// The request as webhooks and workers get it, one line of JSON, its payload last and unchanged; the closure writes
    /// the members that only this kind of message has.
    func json(site: SiteName, _ own: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: 512 + self.payload.bytes.count)
        writer.object { json in
            json.key("id")
            json.string(self.id)
            json.key("time")
            json.int(self.time)
            json.key("site")
            json.string(site.rawValue)
            json.key("component")
            json.string(self.component.rawValue)
            json.key("user")
            json.string(self.user)
            json.key("session")
            json.string(self.session)
            json.key("client")
            json.string(self.client)
            own(&json)
            json.key("payload")
            json.raw(self.payload.bytes)
        }
        return writer.bytes
    }
}
