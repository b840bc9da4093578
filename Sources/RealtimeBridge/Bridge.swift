public import BridgeCore
public import BridgeHTTP
public import Components
import Edge
import EventLog
public import Logging
import MessageBus
import NIOCore
import NIOPosix
public import Realtime
public import ServiceLifecycle
import Synchronization

/// A bridge: MQTT edge, HTTP API, event log, components and broker, wired together.
///
/// ```swift
/// let bridge = try Bridge(configuration, logger: logger)
/// try bridge.component("mod_quiz") { request in try EventPayload(json: Array("true".utf8), limit: 4) }
/// try await ServiceGroup(services: [bridge], logger: logger).run()
/// ```
public final class Bridge: Service {
    private let configuration: Configuration
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    private let dispatcher: ComponentDispatcher
    private let notifier: Notifier
    private let issuer: GrantIssuer
    private let verifier: GrantVerifier
    private let log = DeferredEventLog()
    private let metrics = BridgeMetrics()
    private let edgeMetrics = EdgeMetrics()
    private let pages = Mutex<[Page]>([])

    /// Creates a bridge; nothing runs or listens before ``run()``.
    ///
    /// The closure `onListening` is called once the HTTP port is open.
    ///
    /// - Throws: `configuration_invalid`.
    public init(
        _ configuration: Configuration,
        logger: Logger,
        onListening: @escaping @Sendable () -> Void = {}
    ) throws(RealtimeError) {
        let now: @Sendable () -> Int64 = { WallClock.milliseconds }
        let rules = AreaRules(
            components: configuration.components,
            defaultPolicy: configuration.defaultPolicy,
            policies: configuration.policies
        )
        let keys = try KeyRing(site: configuration.site, keys: configuration.grantKeys)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        self.dispatcher = ComponentDispatcher(components: configuration.components, logger: logger)
        self.verifier = GrantVerifier(keys: keys, now: now)
        self.notifier = Notifier(
            site: configuration.site,
            key: configuration.channelKey,
            rules: rules,
            log: self.log,
            metrics: self.metrics
        )
        self.issuer = GrantIssuer(
            site: configuration.site,
            keys: keys,
            channelKey: configuration.channelKey,
            rules: rules,
            log: self.log,
            urls: configuration.urls,
            now: now
        )
        try self.dispatcher.registerEcho(now: now)
    }

    /// Gives a component the closure that answers its upstream messages.
    ///
    /// - Throws: `component_disabled` when the configuration does not enable the component.
    public func component(
        _ name: String,
        handle: @escaping @Sendable (ComponentRequest) async throws -> EventPayload
    ) throws(RealtimeError) {
        try self.dispatcher.register(ComponentName(name), callback: .closure(handle))
    }

    /// Publishes an event and waits until it is committed.
    ///
    /// - Throws: `component_disabled`, `area_disabled`, `key_reused`, `limit` or `log_unavailable`.
    @discardableResult
    public func notify(
        _ channel: Realtime.Channel,
        payload: EventPayload,
        key: String? = nil
    ) async throws(RealtimeError) -> Position {
        let request = NotifyRequest(NotifyRequest.Item(channel: channel, payload: payload, key: key))
        guard let result = await self.notifier.notify(request, from: .library).first else {
            throw RealtimeError(.logUnavailable, "the event log failed")
        }
        return try result.get().position
    }

    /// Makes a grant.
    ///
    /// - Throws: `component_disabled`, `area_disabled`, `grant_invalid` or `log_unavailable`.
    public func grant(_ request: GrantRequest) async throws(RealtimeError) -> GrantAnswer {
        try await self.issuer.issue(request, for: .library)
    }

    /// Adds a page, before ``run()``.
    public func add(_ page: Page) {
        self.pages.withLock { $0.append(page) }
    }

    /// Serves until shutdown; to be called once.
    ///
    /// - Throws: ``Edge/EdgeError`` or the system's error when an address cannot be bound. A broker that is away is no
    ///   error: the bridge serves its own clients without it and says `degraded`.
    public func run() async throws {
        for setting in self.configuration.notServed {
            self.logger.warning("a setting is not served yet", metadata: ["setting": "\(setting)"])
        }
        // Before anything is written there.
        let lock = try self.configuration.directory.map { directory throws(RealtimeError) in
            try DirectoryLock(directory)
        }
        defer { lock?.release() }
        let room = OpenFiles.raise(connections: self.configuration.limits.connections, logger: self.logger)
        let log = try await self.configuration.openLog(logger: self.logger)
        self.log.open(log)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.available)
        let result: Result<Void, any Error>
        do {
            var edge = self.configuration.edge
            edge.maximumOpen = room.sockets
            edge.maximumConnections = room.connections
            try await self.serve(edge, on: group)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        await log.close()
        try result.get()
    }

    private func serve(_ edge: EdgeConfiguration, on group: MultiThreadedEventLoopGroup) async throws {
        let configuration = self.configuration
        let hub = try await Hub(
            configuration: edge,
            group: group,
            delegate: EdgeServices(
                verifier: self.verifier,
                notifier: self.notifier,
                dispatcher: self.dispatcher,
                log: self.log,
                metrics: self.metrics,
                payloadLimit: configuration.limits.payload
            ),
            metrics: self.edgeMetrics,
            logger: self.logger
        )
        self.notifier.add(hub)
        let waiters = EventWaiters()
        self.notifier.add(waiters)
        let broker = try configuration.makeBroker(logger: self.logger)
        var mirror: Mirror?
        if let broker {
            BusServices(
                site: configuration.site,
                bus: broker.bus,
                notifier: self.notifier,
                payloadLimit: configuration.limits.payload
            ).start()
            if configuration.mirror {
                let made = Mirror(site: configuration.site, bus: broker.bus, log: self.log, logger: self.logger)
                self.notifier.add(made)
                mirror = made
            }
        }
        let api = BridgeAPI(
            issuer: self.issuer,
            notifier: self.notifier,
            pulls: PullService(
                verifier: self.verifier,
                log: self.log,
                waiters: waiters,
                maximum: edge.maximumConnections,
                connections: { [edgeMetrics] in edgeMetrics.connections },
                now: { WallClock.milliseconds }
            ),
            keys: APIKeyRing(configuration.apiKeys),
            origins: Origins(edge.origins),
            status: BridgeStatus(
                isBusConnected: { broker.map { $0.bus.isConnected } },
                isMirrorBehind: { [mirror] in mirror?.isBehind ?? false },
                log: { [log = self.log] in LogStatus(log.status) }
            ),
            edgeMetrics: self.edgeMetrics,
            metrics: self.metrics,
            payloadLimit: configuration.limits.payload,
            pages: self.pages.withLock { $0 }
        )
        // In the order of starting; shutdown goes the other way: first nobody comes in, then components end.
        var services: [any Service] = broker?.services ?? []
        if let mirror { services.append(mirror) }
        services.append(self.dispatcher)
        services.append(
            TCPListener(
                host: configuration.listen.mqtt.host,
                port: configuration.listen.mqtt.port,
                hub: hub,
                group: group,
                logger: self.logger
            )
        )
        services.append(
            BridgeHTTPServer(
                address: configuration.listen.http,
                hub: hub,
                api: api,
                group: group,
                logger: self.logger,
                onRunning: { [onListening] _ in onListening() }
            )
        )
        try await ServiceGroup(services: services, logger: self.logger).run()
    }
}
