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
            self.closeSubscriptions(Array(session.subscriptions.map(\.channel)), because: "expired")
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

    /// Browsers answer a WebSocket ping without a script, so that a hidden tab stays connected.
    private func pingIfSilent(next: inout Int) -> Bool {
        let interval = UInt64(self.loop.configuration.pingInterval.nanoseconds / 1_000_000_000)
        let silence = self.loop.now - self.heardAt
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
