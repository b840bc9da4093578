import BridgeCore
import Edge
import HTTPTypes
import Hummingbird
import NIOCore
import Realtime

extension BridgeAPI {
    /// `GET /metrics`: for this machine, or with an API key that has the role `admin`.
    @Sendable
    func getMetrics(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        // What a proxy on this machine passes on does not come from this machine.
        let isForwarded = request.headers.contains { field in
            ["x-forwarded-for", "forwarded", "via"].contains(field.name.canonicalName)
        }
        if !context.isLoopback || isForwarded {
            _ = try self.keys.authorize(request, for: .admin)
        }
        var text = PrometheusText()
        text.gauge("realtime_connections", "Connections with an accepted CONNECT.", self.edgeMetrics.connections)
        text.gauge("realtime_pulls", "Polls and streams.", self.pulls.count)
        text.counter("realtime_connections_accepted", "Connections accepted.", self.edgeMetrics.accepted)
        text.counter("realtime_events", "Events committed to the log.", self.metrics.events)
        text.counter("realtime_events_repeated", "Events whose key was known.", self.metrics.repetitions)
        let log = self.status.log()
        text.counter("realtime_log_commits", "Commits of the log.", log.commits)
        text.counter("realtime_log_failures", "Commits that failed.", log.failures)
        text.counter("realtime_log_refused", "Appends and reads refused as busy.", log.refused)
        text.gauge("realtime_log_working", "The last commit worked.", log.isWorking ? 1 : 0)
        text.gauge("realtime_log_retained_bytes", "Bytes of the retained events.", log.retainedBytes)
        text.counter("realtime_replays", "Events written to subscribers from the log.", self.edgeMetrics.replays)
        text.counter(
            "realtime_subscriptions_behind", "Subscriptions that left live delivery, being full.",
            self.edgeMetrics.subscriptionsBehind)
        text.counter("realtime_deliveries", "Events written to subscribers.", self.edgeMetrics.deliveries)
        text.counter("realtime_pulled_events", "Events given to polls and streams.", self.edgeMetrics.pulls)
        text.counter("realtime_publishes_received", "PUBLISH packets received.", self.edgeMetrics.publishesReceived)
        self.writeUpstream(to: &text)
        text.counter(
            "realtime_slow_consumers", "Connections closed for reading too slowly.", self.edgeMetrics.slowConsumers)
        text.counter(
            "realtime_protocol_errors", "Connections closed for breaking MQTT or WebSocket.",
            self.edgeMetrics.protocolErrors)
        text.counter(
            "realtime_connections_evicted", "Connections closed before they showed a grant or a request.",
            self.edgeMetrics.evictions)
        text.gauge(
            "realtime_mirror_behind", "The broker has not been given everything that is committed.",
            self.status.isMirrorBehind() ? 1 : 0)
        text.gauge("realtime_bus_connected", "The broker is connected.", self.status.isBusConnected() == true ? 1 : 0)
        text.counter("realtime_refusals", "Refusals.", self.edgeMetrics.refusalsByCode, label: "code")
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text.text))
        )
    }

    private func writeUpstream(to text: inout PrometheusText) {
        text.counter("realtime_upstream_messages", "Messages sent to components.", self.metrics.upstreamMessages)
        text.counter(
            "realtime_upstream_repeated", "Messages that got the reply of an earlier one with their request id.",
            self.metrics.upstreamRepetitions)
        let upstream = self.upstream.service.status
        text.gauge(
            "realtime_requests_remembered", "Upstream messages under way or remembered, of limits.replies.",
            upstream.requests)
        text.gauge(
            "realtime_requests_remembered_bytes", "What they take of limits.reply_bytes.", upstream.bytes)
        text.gauge("realtime_replies_storing", "The last replies were stored.", upstream.isStoring ? 1 : 0)
        text.gauge("realtime_workers", "Subscriptions to components' jobs.", self.edgeMetrics.workers)
        text.counter("realtime_jobs", "Jobs handed to workers on the edge.", self.edgeMetrics.jobs)
        text.counter(
            "realtime_replies_dropped", "Replies for clients that had gone, too many to be kept.",
            self.edgeMetrics.repliesDropped)
        let components = self.status.components()
        for (name, help) in [
            ("received", "Messages that came for a component."),
            ("answered", "Messages that the callback answered in time."),
            ("failed", "Messages answered callback_failed."),
            ("timed_out", "Callbacks that were not done at their time-out."),
            ("refused", "Messages answered busy."),
            ("retried", "Further attempts where a callback did not answer."),
        ] {
            let counts = components.mapValues { status in status.counts.first { $0.key == name }?.value ?? 0 }
            text.counter("realtime_component_\(name)", help, counts, label: "component")
        }
        text.gauge(
            "realtime_component_running", "Callbacks that run.", components.mapValues(\.running), label: "component")
        text.gauge(
            "realtime_component_waiting", "Messages that wait.", components.mapValues(\.waiting), label: "component")
        text.gauge(
            "realtime_component_circuit_open", "The component does not answer, and is spared.",
            components.mapValues { $0.isCircuitOpen ? 1 : 0 }, label: "component")
    }
}
