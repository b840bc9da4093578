public import Realtime

extension ComponentRequest: CallbackRequest {
    /// The request as webhooks and workers get it, its payload last and unchanged.
    ///
    /// - Parameters:
    ///   - site: The site that it came from.
    ///   - answerTopic: Where a worker publishes its answer; left out for webhooks.
    /// - Returns: One line of JSON.
    public func json(site: SiteName, answerTopic: String? = nil) -> [UInt8] {
        self.json(site: site) { json in
            json.key("request")
            json.string(self.request)
            guard let answerTopic else { return }
            json.key("done")
            json.string(answerTopic)
        }
    }
}
