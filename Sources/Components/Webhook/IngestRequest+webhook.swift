import Realtime

extension IngestRequest {
    /// The request as a webhook gets it, its payload last and unchanged.
    func webhookBody(site: SiteName) -> [UInt8] {
        var writer = JSONWriter(reserving: 512 + self.payload.bytes.count)
        writer.beginObject()
        writer.key("id")
        writer.string(self.id)
        writer.key("time")
        writer.int(self.time)
        writer.key("site")
        writer.string(site.rawValue)
        writer.key("component")
        writer.string(self.channel.component.rawValue)
        writer.key("user")
        writer.string(self.user)
        writer.key("session")
        writer.string(self.session)
        writer.key("client")
        writer.string(self.client)
        writer.key("type")
        writer.string("ingest")
        writer.key("channel")
        writer.beginObject()
        self.channel.appendMembers(to: &writer)
        writer.endObject()
        if let key = self.key {
            writer.key("key")
            writer.string(key)
        }
        writer.key("payload")
        writer.raw(self.payload.bytes)
        writer.endObject()
        return writer.bytes
    }
}
