import Logging
import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// The keep-alive that clients without one, or with a very long one, are given, in seconds.
    private static let serverKeepAlive: UInt16 = 90

    /// How many QoS 1 publishes a client may have unacknowledged (MQTT 5, 3.2.2.3.3).
    static let receiveMaximum: UInt16 = 1024

    /// Checks the grant of a CONNECT and answers.
    func authenticate(_ connect: Connect) {
        let metrics = self.loop.metrics
        guard metrics.connections < self.loop.configuration.maximumConnections else {
            metrics.refused(.limit)
            return self.refuse(.quotaExceeded, "limit: connections")
        }
        guard connect.clientID != "-" else {
            return self.refuse(.clientIdentifierNotValid, "a client id must not be \"-\"")
        }
        guard connect.version == .v5 || connect.cleanStart || !connect.clientID.isEmpty else {
            // [MQTT-3.1.3-8] of 3.1.1: a session that outlives its connection needs a name.
            return self.refuse(.clientIdentifierNotValid, "without a client id, clean session must be set")
        }
        guard let token = connect.password else {
            metrics.refused(.unauthorized)
            return self.refuse(.badUserNameOrPassword, "unauthorized: the password must be a grant")
        }
        let grant: Grant
        do throws(RealtimeError) {
            grant = try self.loop.delegate.authenticate(token: token)
        } catch {
            metrics.refused(error.code)
            let reason: ReasonCode = error.code == .grantInvalid ? .badUserNameOrPassword : .notAuthorized
            return self.refuse(reason, error.description)
        }
        let now = WallClock.seconds
        let rights = HeldRights(grant)
        // It may have ended since it was verified; accepting it would close the connection ahead of its CONNACK.
        guard rights.expiry() > now else {
            metrics.refused(.grantExpired)
            return self.refuse(.notAuthorized, "grant_expired: the grant has expired")
        }
        if let will = connect.will, let refusal = self.refusal(of: will, in: connect, rights: rights, now: now) {
            metrics.refused(.forbidden)
            return self.refuse(refusal.reason, refusal.message)
        }
        let clientID = connect.clientID.isEmpty ? Self.makeClientID() : connect.clientID
        let key = SessionKey(user: rights.user, session: rights.session, clientID: clientID)
        switch self.loop.sessions.claim(key, for: self.loop.holder(self.id), at: .now()) {
        case .granted:
            break
        case .takenOver(let holder):
            self.loop.takeOver(from: holder)
        case .refused:
            metrics.refused(.limit)
            return self.refuse(.quotaExceeded, "limit: this client id is taken over again and again")
        }
        self.accept(connect, as: clientID, rights: rights, now: now)
    }

    /// A will must be something that the client may publish ([MQTT-3.2.2-12], [MQTT-3.2.2-13]).
    private func refusal(
        of will: Will,
        in connect: Connect,
        rights: HeldRights,
        now: Int64
    ) -> (reason: ReasonCode, message: String)? {
        if connect.version == .v5, will.qos == .exactlyOnce {
            return (.qosNotSupported, "the maximum QoS is 1")
        }
        if connect.version == .v5, will.retain {
            return (.retainNotSupported, "retained messages are not available")
        }
        guard let topic = Topic.parse(will.topic.readableBytesUInt8Span, site: self.loop.configuration.site) else {
            return (.notAuthorized, "forbidden: the will's topic is none of this site")
        }
        guard will.payload.readableBytes <= self.loop.configuration.maximumPayload else {
            return (.quotaExceeded, "payload_too_large: the will is larger than limits.payload")
        }
        if case .upstream(_, let component, _) = topic, (try? ComponentName(component))?.isReserved == true {
            return (.notAuthorized, "forbidden: the bridge's own components take no wills")
        }
        guard case .denied(let code, let message) = rights.decide(.publish(topic), at: now) else { return nil }
        return (.notAuthorized, "\(code): the will: \(message)")
    }

    private func accept(_ connect: Connect, as clientID: String, rights: HeldRights, now: Int64) {
        let assignsID = connect.clientID.isEmpty
        let givesKeepAlive =
            connect.version == .v5 && (connect.keepAlive == 0 || connect.keepAlive > Self.serverKeepAlive)
        let keepAlive = givesKeepAlive ? Self.serverKeepAlive : connect.keepAlive
        self.begin(
            Session(
                version: connect.version,
                clientID: clientID,
                rights: rights,
                rateLimit: RateLimit(perSecond: self.loop.configuration.upstreamPerSecond, now: now),
                keepAlive: keepAlive,
                wantsProblemInformation: connect.properties.requestProblemInformation ?? true,
                maximumPacketSize: connect.properties.maximumPacketSize.map(Int.init) ?? .max,
                will: connect.will
            )
        )
        var properties = Properties()
        if connect.version == .v5 {
            properties.receiveMaximum = Self.receiveMaximum
            properties.maximumQoS = .atLeastOnce
            properties.retainAvailable = false
            properties.maximumPacketSize = UInt32(self.loop.configuration.maximumPacket)
            properties.subscriptionIdentifiersAvailable = false
            properties.sharedSubscriptionAvailable = false
            // Sessions end with their connection, whatever was asked.
            if (connect.properties.sessionExpiryInterval ?? 0) > 0 { properties.sessionExpiryInterval = 0 }
            if assignsID { properties.assignedClientIdentifier = clientID }
            if givesKeepAlive { properties.serverKeepAlive = keepAlive }
            if connect.properties.requestResponseInformation == true {
                properties.responseInformation = "rt/\(self.loop.configuration.site)/re/\(rights.user)/-/"
            }
        }
        let connack = Packet.connack(ConnAck(sessionPresent: false, reason: .success, properties: properties))
        guard self.fits(connack) else {
            // [MQTT-3.1.2-24]: it can be told nothing, so it shall not wait for anything either.
            self.loop.note("a client's Maximum Packet Size is below the CONNACK", [:])
            return self.abort()
        }
        self.send(connack)
    }

    /// A client id for a client that gave none ([MQTT-3.1.3-6]): 128 random bits.
    private static func makeClientID() -> String {
        Base64URL.encode([UInt8].random(count: 16))
    }
}
