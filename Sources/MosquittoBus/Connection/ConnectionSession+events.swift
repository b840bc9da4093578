internal import Logging
internal import MessageBus

extension ConnectionSession {
    /// Acts on what the callbacks have told.
    func process() {
        for event in self.handle.takeEvents() {
            switch event {
            case .connected(let code):
                self.connected(code)
            case .disconnected(let code):
                // The broker's DISCONNECT has a reason from 128 on; the library's own statuses are below.
                let reason = code >= 128 ? MosquittoLibrary.reasonText(code) : MosquittoLibrary.text(code)
                self.finish(reason, version: .suspect)
            case .message(let message):
                self.received(message)
            case .published(let id, let code):
                self.acknowledged(id, code)
            case .subscribed(let id, let code):
                self.subscribed(id, code)
            }
        }
    }

    private func connected(_ code: Int32) {
        guard code != 0 else { return self.accept() }
        // 0x84 of MQTT 5 and 1 of MQTT 3.1.1 are both: unsupported protocol version.
        self.finish(
            "the broker refuses the connection: \(MosquittoLibrary.acceptanceText(code))",
            version: code == 0x84 || code == 1 ? .refused : .fine
        )
    }

    private func received(_ message: BusMessage) {
        self.core.received()
        for subscription in self.subscriptions where subscription.matches(message.topic) {
            subscription.deliver(message)
        }
    }

    private func acknowledged(_ id: Int32, _ code: Int32) {
        guard let message = self.inFlight.acknowledge(id: id) else { return }
        guard code >= 128 else { return self.core.complete(CollectionOfOne(message), .success(())) }
        let error = BusError(
            .refused, "the broker refuses the message: \(MosquittoLibrary.reasonText(code))", rawCode: code
        )
        self.core.complete(CollectionOfOne(message), .failure(error))
    }

    private func subscribed(_ id: Int32, _ code: Int32) {
        guard let filter = self.unanswered.removeValue(forKey: id), code >= 128 else { return }
        self.core.logger.error(
            "Broker refuses a subscription", metadata: [LogKey.filter: "\(filter)", LogKey.code: "\(code)"]
        )
    }
}
