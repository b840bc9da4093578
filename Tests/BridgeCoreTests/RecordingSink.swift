import BridgeCore
import Edge
import Synchronization

/// Keeps what it is given.
final class RecordingSink: EventSink {
    private let batches = Mutex<[[DeliverableEvent]]>([])

    var events: [DeliverableEvent] { self.batches.withLock { $0.flatMap(\.self) } }
    var lines: [String] { self.events.map { String(decoding: $0.json, as: UTF8.self) } }

    func deliver(_ events: [DeliverableEvent], through number: UInt64) {
        self.batches.withLock { $0.append(events) }
    }
}
