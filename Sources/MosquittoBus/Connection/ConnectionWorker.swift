internal import Foundation
internal import Logging
internal import MessageBus

/// What the bus's thread does: one session after the other until the bus is stopped.
struct ConnectionWorker {
    /// Attempts that may fail before it is worth a warning.
    private static let earlyFailures = 3

    private let core: ConnectionCore
    private var backoff: Backoff
    private var version = ProtocolVersion.v5
    private var hasConnected = false
    private var failures = 0
    private var lastReason: String?

    init(_ core: ConnectionCore) {
        self.core = core
        self.backoff = Backoff(base: .milliseconds(100), limit: core.configuration.maximumBackoff)
    }

    /// Runs until the bus is stopped.
    consuming func run() {
        while !self.core.isStopping {
            self.core.link.set(LinkState(state: .connecting))
            let end = self.runSession()
            self.core.disconnected(reason: end.reason)
            guard !self.core.isStopping else { break }
            self.take(end)
            self.pause(self.backoff.next())
        }
        self.core.disconnected(reason: "stopped")
    }

    private func runSession() -> SessionEnd {
        do {
            let session = ConnectionSession(
                core: self.core,
                handle: try MosquittoHandle(self.core.configuration, version: self.version),
                isFirst: !self.hasConnected
            )
            return session.run()
        } catch {
            return SessionEnd(reason: error.message)
        }
    }

    private mutating func take(_ end: SessionEnd) {
        if let lasted = end.connectedFor {
            self.hasConnected = true
            self.backoff.succeeded(lasted: lasted)
        } else if end.version == .refused || end.version == .suspect && !self.hasConnected {
            self.version = self.version.other
        }
        self.failures += 1
        // The same news again and again is none, and a broker that starts beside us may take a moment.
        let isNews = end.connectedFor != nil || end.reason != self.lastReason
        let level: Logger.Level =
            !isNews ? .debug : self.hasConnected || self.failures > Self.earlyFailures ? .warning : .info
        if level == .warning { self.lastReason = end.reason }
        self.core.logger.log(
            level: level, "Broker is not connected",
            metadata: [LogKey.broker: "\(self.core.configuration)", LogKey.reason: "\(end.reason)"]
        )
    }

    /// Waits, or less long if the bus is stopped.
    private func pause(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while !self.core.isStopping, ContinuousClock.now < end {
            var descriptor = pollfd(fd: self.core.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, ContinuousClock.now.duration(to: end).pollTimeout)
            self.core.wakeUp.clear()
        }
    }
}
