import Realtime

extension IngestRequest: CallbackRequest {
    var component: ComponentName { self.channel.component }

    /// The request as a webhook gets it, its payload last and unchanged.
    func webhookBody(site: SiteName) -> [UInt8] {
        self.json(site: site) { json in
            json.key("type")
            json.string("ingest")
            json.key("channel")
            json.object { self.channel.appendMembers(to: &$0) }
            guard let key = self.key else { return }
            json.key("key")
            json.string(key)
        }
    }
}
