import Logging
public import MessageBus
public import Realtime

/// Answers services that publish to `rt/{site}/notify/{account}/{request}` on the broker.
///
/// Who may publish there is the broker's to check: its access list ties the account in the topic to the account that
/// is logged in. Answers go to the account's own `reply` topic only, whatever response topic a sender names.
public struct BusServices: Sendable {
    private let site: SiteName
    private let bus: any Bus
    private let notifier: Notifier
    private let payloadLimit: Int

    /// Creates the services.
    ///
    /// The `payloadLimit` is the largest payload of one event, in bytes.
    public init(site: SiteName, bus: any Bus, notifier: Notifier, payloadLimit: Int) {
        self.site = site
        self.bus = bus
        self.notifier = notifier
        self.payloadLimit = payloadLimit
    }

    /// Subscribes; to be called once, before the bus runs.
    public func start() {
        self.bus.subscribe(["rt/\(self.site)/notify/+/+"]) { message in
            self.receive(message)
        }
    }

    private func receive(_ message: BusMessage) {
        // A broker would hand a retained request out again at each reconnect.
        guard !message.retain else { return }
        guard case .notify(let account, let request)? = Topic.parse(Array(message.topic.utf8).span, site: self.site)
        else { return }
        let reply = Topic.notifyReply(account: account, request: request).text(site: self.site)
        self.notifier.execute(message.payload, from: .account(account), limit: self.payloadLimit) { body in
            // A reply that the bus does not take is lost like any answer over a broken connection; the service asks
            // again with the same key.
            try? self.bus.publish(topic: reply, payload: body, qos: .atLeastOnce, completion: nil)
        }
    }
}
