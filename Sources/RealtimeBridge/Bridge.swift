public import BridgeCore
public import BridgeHTTP
import Components
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
/// try bridge.component("mod_quiz") { (answer: Answer, request) in Verdict(isRight: answer.choice == 3) }
/// try await ServiceGroup(services: [bridge], logger: logger).run()
/// ```
public final class Bridge: Service {
    private let configuration: Configuration
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    let dispatcher: ComponentDispatcher
    private let notifier: Notifier
    private let issuer: GrantIssuer
    private let verifier: GrantVerifier
    private let log = DeferredEventLog()
    private let metrics = BridgeMetrics()
    private let edgeMetrics = EdgeMetrics()
    private let pages = Mutex(Page.test)

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
            namesPublished: { [dispatcher] in dispatcher.hasIngest },
            now: now
        )
        try self.dispatcher.registerEcho(now: now)
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
        // Before anything is written there.
        let lock = try self.configuration.directory.map { directory throws(RealtimeError) in
            try DirectoryLock(directory)
        }
        defer { lock?.release() }
        let room = OpenFiles.raise(connections: self.configuration.limits.connections, logger: self.logger)
        let log = try await self.configuration.openLog(logger: self.logger)
        self.log.open(log)
        let replies: (any ReplyStore)?
        do {
            replies = try await self.configuration.openReplies()
        } catch {
            await log.close()
            throw error
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.available)
        let result: Result<Void, any Error>
        do {
            var edge = self.configuration.edge
            edge.maximumOpen = room.sockets
            edge.maximumConnections = room.connections
            try await self.serve(edge, replies: replies, on: group)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // While the event loops still run, which its last replies go to.
        await replies?.close()
        try await group.shutdownGracefully()
        await log.close()
        try result.get()
    }

    private func serve(
        _ edge: EdgeConfiguration,
        replies: (any ReplyStore)?,
        on group: MultiThreadedEventLoopGroup
    ) async throws {
        let configuration = self.configuration
        let now: @Sendable () -> Int64 = { WallClock.milliseconds }
        let node = Base64URL.encode([UInt8].random(count: 16))
        let upstream = Upstream(
            dispatcher: self.dispatcher,
            store: replies,
            limits: Upstream.Limits(count: configuration.limits.replies, bytes: configuration.limits.replyBytes),
            payloadLimit: configuration.limits.payload,
            metrics: self.metrics,
            logger: self.logger,
            now: now
        )
        try await upstream.restore()
        let hub = try await Hub(
            configuration: edge,
            group: group,
            node: node,
            delegate: EdgeServices(
                verifier: self.verifier,
                notifier: self.notifier,
                ingest: Ingest(
                    site: configuration.site,
                    channelKey: configuration.channelKey,
                    notifier: self.notifier,
                    dispatcher: self.dispatcher,
                    payloadLimit: configuration.limits.payload,
                    now: now
                ),
                upstream: upstream,
                log: self.log,
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
        var workers: BrokerWorkers?
        if let broker {
            BusServices(
                site: configuration.site,
                bus: broker.bus,
                notifier: self.notifier,
                payloadLimit: configuration.limits.payload
            ).start()
            if configuration.usesWorkers {
                let made = BrokerWorkers(
                    site: configuration.site,
                    node: node,
                    bus: broker.bus,
                    components: configuration.brokerWorkers,
                    logger: self.logger
                )
                made.start()
                workers = made
            }
            if configuration.mirror {
                let made = Mirror(site: configuration.site, bus: broker.bus, log: self.log, logger: self.logger)
                self.notifier.add(made)
                mirror = made
            }
        }
        let webhooks = try self.registerCallbacks(hub: hub, broker: workers, on: group)
        let api = BridgeAPI(
            issuer: self.issuer,
            notifier: self.notifier,
            pulls: PullService(
                verifier: self.verifier,
                log: self.log,
                waiters: waiters,
                maximum: edge.maximumConnections,
                connections: { [edgeMetrics] in edgeMetrics.connections },
                now: now
            ),
            upstream: UpstreamAccess(
                verifier: self.verifier,
                service: upstream,
                rates: SenderRates(perSecond: configuration.limits.upstreamPerSecond),
                now: now
            ),
            keys: APIKeyRing(configuration.apiKeys),
            origins: Origins(edge.origins),
            status: BridgeStatus(
                isBusConnected: { broker.map { $0.bus.isConnected } },
                isMirrorBehind: { [mirror] in mirror?.isBehind ?? false },
                log: { [log = self.log] in LogStatus(log.status) },
                components: { [dispatcher] in
                    Dictionary(uniqueKeysWithValues: dispatcher.snapshot().map { ($0.rawValue, ComponentStatus($1)) })
                }
            ),
            edgeMetrics: self.edgeMetrics,
            metrics: self.metrics,
            payloadLimit: configuration.limits.payload,
            pages: self.pages.withLock { $0 }
        )
        // In the order of starting; shutdown goes the other way: first nobody comes in, then components end.
        var services: [any Service] = broker?.services ?? []
        if let mirror { services.append(mirror) }
        if let workers { services.append(workers) }
        services.append(upstream)
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
        let result: Result<Void, any Error>
        do {
            result = .success(try await ServiceGroup(services: services, logger: self.logger).run())
        } catch {
            result = .failure(error)
        }
        await webhooks.shutdown()
        try result.get()
    }

    /// Gives components the callbacks that the configuration names; a closure that was registered before stays.
    private func registerCallbacks(
        hub: Hub,
        broker: BrokerWorkers?,
        on group: MultiThreadedEventLoopGroup
    ) throws -> WebhookClient {
        let configuration = self.configuration
        let webhooks = WebhookClient(
            group: group,
            site: configuration.site,
            connectionsPerHost: configuration.webhookConnections,
            replyLimit: configuration.limits.payload,
            clock: { WallClock.milliseconds / 1000 }
        )
        let workers = Workers(
            site: configuration.site, hub: hub, broker: broker, payloadLimit: configuration.limits.payload)
        for (component, callback) in configuration.callbacks where !self.dispatcher.hasCallback(component) {
            switch callback {
            case .webhook(let settings):
                try self.dispatcher.register(
                    component, callback: .closure { try await webhooks.call($0, settings: settings) })
            case .workers:
                try self.dispatcher.register(component, callback: .closure { try await workers.answer($0) })
            }
        }
        for (component, settings) in configuration.ingestWebhooks where !self.dispatcher.hasIngest(component) {
            try self.dispatcher.register(component, ingest: { try await webhooks.ingest($0, settings: settings) })
        }
        return webhooks
    }
}
