import Logging
import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Looks at everything that may have run out, and schedules the next look.
    ///
    /// Called when the connection was scheduled to be looked at; activity in between only moves `heardAt`.
    func checkDeadlines() {
        guard !self.cutOffIfDue() else { return }
        guard let session = self.session else {
            let limit = UInt64(self.loop.configuration.connectTimeout.nanoseconds / 1_000_000_000)
            let age = self.loop.now - self.openedAt
            guard age < limit else {
                self.loop.note(
                    "a connection sent no whole CONNECT in time",
                    [LogKey.bytes: "\(self.unreadBytes)"]
                )
                return self.abort()
            }
            return self.loop.check(self, after: Int(limit - age))
        }
        var next = 300
        guard self.checkGrant(next: &next), self.checkKeepAlive(session.keepAlive, next: &next) else { return }
        if self.transport.isWebSocket {
            guard self.pingIfSilent(next: &next) else { return }
        }
        self.loop.check(self, after: next)
    }

    /// Ends subscriptions whose right has ended, and the connection with its last right.
    private func checkGrant(next: inout Int) -> Bool {
        guard let session = self.session else { return false }
        let now = WallClock.seconds
        let expiry = session.rights.expiry()
        guard now < expiry else {
            self.closeSubscriptions(Array(session.subscriptions.map(\.fanout.hash)), because: "expired")
            self.close(.maximumConnectTime, "grant_expired: the grant has expired")
            return false
        }
        let ended = self.session?.rights.removeExpired(at: now) ?? []
        self.closeSubscriptions(ended, because: "expired")
        if let soonest = self.session?.rights.nextExpiry() {
            let left = WallClock.time(until: soonest)
            if left < .seconds(1) {
                self.loop.check(self, at: left)
            } else {
                next = Int(min(Int64(next), left.nanoseconds / 1_000_000_000))
            }
        }
        return true
    }

    /// One and a half times the keep-alive without a packet ends the connection ([MQTT-3.1.2-22]).
    private func checkKeepAlive(_ keepAlive: UInt16, next: inout Int) -> Bool {
        guard keepAlive > 0 else { return true }
        let limit = (UInt64(keepAlive) * 3 + 1) / 2
        let silence = self.loop.now - self.heardAt
        guard silence <= limit else {
            self.close(.keepAliveTimeout, "nothing was heard for one and a half times the keep-alive")
            return false
        }
        next = min(next, Int(limit - silence) + 1)
        return true
    }

    /// How long a client may leave what waits for it unread, in seconds.
    private static let stallLimit: UInt64 = 180

    /// Browsers answer a WebSocket ping without a script, so that a hidden tab stays connected.
    private func pingIfSilent(next: inout Int) -> Bool {
        let interval = UInt64(self.loop.configuration.pingInterval.nanoseconds / 1_000_000_000)
        let silence = self.loop.now - self.heardAt
        guard self.hasRoom else {
            // It would not read a ping either; what it is told by is TCP, for as long as anything moves.
            let stalledAt = self.stalledAt ?? self.loop.now
            self.stalledAt = stalledAt
            guard self.loop.now - stalledAt < Self.stallLimit else {
                self.close(.keepAliveTimeout, "nothing was read for \(Self.stallLimit) seconds")
                return false
            }
            next = min(next, Int(interval))
            return true
        }
        self.stalledAt = nil
        if silence < interval {
            next = min(next, Int(interval - silence))
        } else if let pingedAt, pingedAt > self.heardAt {
            guard self.loop.now - pingedAt < interval else {
                self.close(.keepAliveTimeout, "a WebSocket ping was not answered")
                return false
            }
            next = min(next, Int(interval - (self.loop.now - pingedAt)))
        } else {
            self.pingedAt = self.loop.now
            self.append(WebSocketFrameWriter.control(.ping, payload: []))
            next = min(next, Int(interval))
        }
        return true
    }
}
