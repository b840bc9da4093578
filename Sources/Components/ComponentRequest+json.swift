public import Realtime

extension ComponentRequest {
    /// The request as webhooks and workers get it, its payload last and unchanged.
    ///
    /// - Parameters:
    ///   - site: The site that it came from.
    ///   - answerTopic: Where a worker publishes its answer; left out for webhooks.
    /// - Returns: One line of JSON.
    public func json(site: SiteName, answerTopic: String? = nil) -> [UInt8] {
        var writer = JSONWriter(reserving: 400 + self.payload.bytes.count)
        writer.beginObject()
        writer.key("id")
        writer.string(self.id)
        writer.key("time")
        writer.int(self.time)
        for (name, text) in [
            ("site", site.rawValue), ("component", self.component.rawValue), ("user", self.user),
            ("session", self.session), ("client", self.client), ("request", self.request),
        ] {
            writer.key(name)
            writer.string(text)
        }
        if let answerTopic {
            writer.key("done")
            writer.string(answerTopic)
        }
        writer.key("payload")
        writer.raw(self.payload.bytes)
        writer.endObject()
        return writer.bytes
    }
}
