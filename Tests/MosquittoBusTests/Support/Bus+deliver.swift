import MessageBus

extension Bus {
    /// Publishes with QoS 1 and waits for the broker's word.
    func deliver(_ topic: String, _ payload: [UInt8] = []) async throws {
        let result = await withCheckedContinuation { continuation in
            do throws(BusError) {
                try self.publish(topic: topic, payload: payload, qos: .atLeastOnce) {
                    continuation.resume(returning: $0)
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }
}
