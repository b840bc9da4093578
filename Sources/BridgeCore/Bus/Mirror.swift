public import Edge
public import MessageBus
public import Realtime

/// Publishes every committed event on the broker too, for other systems.
///
/// The bridge's own clients never wait for the broker: what its bounded queue does not take is dropped and counted.
public struct Mirror: EventSink {
    private let site: SiteName
    private let bus: any Bus
    private let metrics: BridgeMetrics

    /// Creates a mirror.
    public init(site: SiteName, bus: any Bus, metrics: BridgeMetrics) {
        self.site = site
        self.bus = bus
        self.metrics = metrics
    }

    /// Publishes events with QoS 0, each on its channel's topic; what the bus does not take is counted as dropped.
    public func deliver(_ events: [DeliverableEvent]) {
        for event in events {
            let topic = Topic.channel(event.channel).text(site: self.site)
            do {
                try self.bus.publish(topic: topic, payload: event.json, qos: .atMostOnce, completion: nil)
            } catch {
                self.metrics.mirrorDropped()
            }
        }
    }
}
