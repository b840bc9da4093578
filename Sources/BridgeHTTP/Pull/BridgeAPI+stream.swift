import BridgeCore
import Edge
import HTTPTypes
import Hummingbird
import NIOCore
import Realtime

extension BridgeAPI {
    /// A write is cut here, in bytes: with many channels the ids are larger than the events.
    private static let maximumWrite = 64 * 1024

    /// Answers `GET /v1/stream` with server-sent events until the rights end, the peer goes, or the bridge shuts down.
    @Sendable
    func getStream(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let grant = try Bearer.grant(of: request) { token throws(RealtimeError) in
            try self.pulls.authenticate(token: token)
        }
        let wanted = try StreamRequest(request)
        var session = try self.pulls.begin(wanted.channels, by: grant)
        await context.peer?.watch(for: session.waiter)
        var events = ServerSentEvents()
        let openings = try await session.open()
        for case .failure(let error) in openings.map(\.result) { self.edgeMetrics.refused(error.code) }
        let opening = events.open(openings)
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        // Has nginx pass on what comes as it comes.
        headers[.accelBuffering] = "no"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { [session, events, metrics = self.edgeMetrics, now = self.pulls.now] writer in
                var (session, events) = (session, events)
                defer { session.close() }
                try await writer.write(opening)
                let (waiter, expiry) = (session.waiter, session.expiresAt)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // Cancelled with the stream's end, and awaited by the group.
                    group.addTask { await PullSession.keepTime(of: waiter, until: expiry, now: now) }
                    defer { group.cancelAll() }
                    try await Self.stream(&session, as: &events, to: &writer, metrics: metrics, now: now)
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func stream(
        _ session: inout PullSession,
        as events: inout ServerSentEvents,
        to writer: inout any ResponseBodyWriter,
        metrics: EdgeMetrics,
        now: @Sendable () -> Int64
    ) async throws {
        while true {
            switch await session.next() {
            case .page(let page, let channel):
                var buffer = ByteBuffer()
                if let gap = page.gap { events.write(GapNotice(through: gap, time: now()), of: channel, to: &buffer) }
                metrics.pulled(page.events.count)
                for event in page.events {
                    events.write(event, of: channel, to: &buffer)
                    guard buffer.readableBytes >= Self.maximumWrite else { continue }
                    try await writer.write(buffer)
                    buffer = ByteBuffer()
                }
                if buffer.readableBytes > 0 { try await writer.write(buffer) }
            case .silence:
                try await writer.write(ServerSentEvents.comment)
            case .expired(let channels):
                var buffer = ByteBuffer()
                for channel in channels { events.writeClosed(channel, because: "expired", to: &buffer) }
                return try await writer.write(buffer)
            case .over:
                return
            }
        }
    }
}
