internal import CMosquitto
internal import Foundation
internal import MessageBus

/// Owns a `struct mosquitto` for one connection; every call is made on the bus's thread.
///
/// A handle serves one connection only: what a lost one had in flight goes with it and cannot be sent twice unnoticed.
/// Of the library's loops only `mosquitto_loop_read`, `_write` and `_misc` are used: the others fail once the socket's
/// descriptor is 1024 or more (libmosquitto 2.0.11).
final class MosquittoHandle {
    private let pointer: OpaquePointer
    private let configuration: MosquittoConfiguration
    /// What the callbacks have told and nobody has taken yet.
    private var events: [HandleEvent] = []

    /// Creates the C object.
    ///
    /// See `mosquitto_new` in mosquitto.h.
    init(_ configuration: MosquittoConfiguration, version: ProtocolVersion) throws(BusError) {
        guard MosquittoLibrary.isReady else { throw BusError(.connectionFailed, "libmosquitto did not start") }
        guard let pointer = mosquitto_new(configuration.clientID ?? Self.randomClientID(), true, nil) else {
            let reason = MosquittoLibrary.systemText(errno)
            throw BusError(.connectionFailed, "no client could be made: \(reason)")
        }
        self.pointer = pointer
        self.configuration = configuration
        mosquitto_user_data_set(pointer, Unmanaged.passUnretained(self).toOpaque())
        self.setCallbacks(pointer)
        try self.configure(version)
    }

    deinit {
        mosquitto_destroy(self.pointer)
    }

    /// The socket's descriptor; nil without a connection.
    ///
    /// See `mosquitto_socket`.
    var socket: Int32? {
        let descriptor = mosquitto_socket(self.pointer)
        return descriptor < 0 ? nil : descriptor
    }

    /// Whether bytes wait for the socket to take them.
    ///
    /// See `mosquitto_want_write`.
    var wantsWrite: Bool { mosquitto_want_write(self.pointer) }

    /// Opens the connection; blocks until TCP has answered, and for name look-up.
    ///
    /// See `mosquitto_connect`.
    func connect() throws(BusError) {
        let keepAlive = Int32(clamping: self.configuration.keepAlive.components.seconds)
        let status =
            switch self.configuration.endpoint {
            case .tcp(let host, let port), .tls(let host, let port, _):
                mosquitto_connect(self.pointer, host, Int32(port), keepAlive)
            case .unixSocket(let path):
                // Port 0 makes libmosquitto 2.0 take the host for a path.
                mosquitto_connect(self.pointer, path, 0, keepAlive)
            }
        guard status == MOSQ_ERR_SUCCESS.status else {
            throw BusError(.connectionFailed, MosquittoLibrary.text(status), rawCode: status)
        }
    }

    /// Takes the packets that have arrived, at most `limit`.
    ///
    /// See `mosquitto_loop_read`.
    ///
    /// - Returns: Whether there may be more. With TLS what is left may lie in the library where poll(2) does not see
    ///   it, so that only an attempt tells.
    func read(limit: Int) throws(BusError) -> Bool {
        for _ in 0..<limit {
            errno = 0
            let status = mosquitto_loop_read(self.pointer, 1)
            let isDrained = errno == EAGAIN || errno == EWOULDBLOCK
            try Self.check(status)
            if isDrained || self.socket == nil { return false }
        }
        return true
    }

    /// Writes what waits, as far as the socket takes it.
    ///
    /// See `mosquitto_loop_write`.
    func write() throws(BusError) {
        try Self.check(mosquitto_loop_write(self.pointer, 1))
    }

    /// Looks after keep-alive; to be called about once a second.
    ///
    /// See `mosquitto_loop_misc`.
    func keepAlive() throws(BusError) {
        try Self.check(mosquitto_loop_misc(self.pointer))
    }

    /// Hands a message over and returns its packet identifier.
    ///
    /// See `mosquitto_publish`.
    func publish(_ message: OutboundMessage) throws(BusError) -> Int32 {
        var id: Int32 = 0
        let status = message.payload.withUnsafeBytes { bytes in
            mosquitto_publish(
                self.pointer, &id, message.topic, Int32(clamping: bytes.count), bytes.baseAddress,
                Int32(message.qos.rawValue), false
            )
        }
        guard status == MOSQ_ERR_SUCCESS.status else { throw MosquittoLibrary.publishError(status) }
        return id
    }

    /// Subscribes with QoS 1 and returns the packet identifier.
    ///
    /// See `mosquitto_subscribe`.
    func subscribe(_ filter: BusTopicFilter) throws(BusError) -> Int32 {
        var id: Int32 = 0
        try Self.check(mosquitto_subscribe(self.pointer, &id, filter.description, 1))
        return id
    }

    /// Says goodbye to the broker.
    ///
    /// See `mosquitto_disconnect`.
    func disconnect() {
        // A connection that cannot even be said goodbye on is closed by `mosquitto_destroy`.
        _ = mosquitto_disconnect(self.pointer)
    }

    /// Takes what the callbacks have told.
    func takeEvents() -> [HandleEvent] {
        guard !self.events.isEmpty else { return [] }
        defer { self.events.removeAll() }
        return self.events
    }

    /// Called by the callbacks.
    func record(_ event: HandleEvent) {
        self.events.append(event)
    }

    private func configure(_ version: ProtocolVersion) throws(BusError) {
        try Self.check(mosquitto_int_option(self.pointer, MOSQ_OPT_PROTOCOL_VERSION, version.option))
        try Self.check(mosquitto_int_option(self.pointer, MOSQ_OPT_TCP_NODELAY, 1))
        try Self.check(mosquitto_max_inflight_messages_set(self.pointer, UInt32(InFlightWindow.maximumMessages)))
        if let username = self.configuration.username {
            try Self.check(mosquitto_username_pw_set(self.pointer, username, self.configuration.password))
        }
        guard case .tls(_, _, let authorities) = self.configuration.endpoint else { return }
        if let authorities {
            try Self.check(mosquitto_tls_set(self.pointer, authorities, nil, nil, nil, nil))
        } else {
            try Self.check(mosquitto_int_option(self.pointer, MOSQ_OPT_TLS_USE_OS_CERTS, 1))
        }
    }

    private static func check(_ status: Int32) throws(BusError) {
        guard status != MOSQ_ERR_SUCCESS.status else { return }
        throw BusError(.connectionLost, MosquittoLibrary.text(status), rawCode: status)
    }

    private static func randomClientID() -> String {
        "realtime-bridge-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
