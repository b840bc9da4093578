import Components
import Edge
public import Logging
public import MessageBus
public import Realtime
public import ServiceLifecycle
import Synchronization

/// Workers that are connected to the broker.
///
/// A broker does not tell who publishes an answer: that it knows the job's id, which only the worker was told, has to
/// do. Several workers of one component share its jobs by `$share`, where the broker delivers such subscriptions.
public final class BrokerWorkers: Service {
    private let site: SiteName
    private let node: String
    private let bus: any Bus
    private let components: Set<ComponentName>?
    private let logger: Logger
    private let jobs = Mutex<[String: Signal<WorkerOutcome>]>([:])
    private let probe = Signal<Bool>()

    /// Creates the way to the broker's workers.
    ///
    /// - Parameters:
    ///   - site: The site.
    ///   - node: Names this bridge in `done` topics, as the edge does.
    ///   - bus: The broker.
    ///   - components: Those that workers may have accounts for; `nil` where only the broker knows.
    ///   - logger: Told whether the broker delivers shared subscriptions.
    public init(site: SiteName, node: String, bus: any Bus, components: Set<ComponentName>?, logger: Logger) {
        self.site = site
        self.node = node
        self.bus = bus
        self.components = components
        self.logger = logger
    }

    /// Whether a worker may be waiting behind the broker.
    func serves(_ component: ComponentName) -> Bool {
        self.bus.isConnected && self.components?.contains(component) ?? true
    }

    /// Subscribes; to be called once, before the bus runs.
    public func start() {
        self.bus.subscribe(["rt/\(self.site)/done/\(self.node)/+"]) { message in
            guard !message.retain,
                case .done(_, let job)? = Topic.parse(Array(message.topic.utf8).span, site: self.site)
            else { return }
            self.jobs.withLock { $0.removeValue(forKey: job) }?.send(.answered(message.payload))
        }
        self.bus.subscribe(["$share/\(self.node)/\(self.probeTopic)"]) { _ in self.probe.send(true) }
    }

    private var probeTopic: String { "rt/\(self.site)/ctl/\(self.node)/probe" }

    /// Finds out whether the broker delivers shared subscriptions, and says so in the log; then waits for shutdown.
    public func run() async throws {
        await withTaskGroup { group in
            // Cancelled at shutdown, and awaited by the group.
            group.addTask { await self.probeSharing() }
            // Ends by shutdown or by cancellation; both are the end.
            try? await gracefulShutdown()
            group.cancelAll()
            self.probe.send(false)
        }
    }

    private func probeSharing() async {
        while !self.bus.isConnected {
            guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return }
        }
        let arrives = await withTaskGroup(of: Void.self) { group in
            // Cancelled below once the probe has arrived, and awaited by the group.
            group.addTask {
                for _ in 0..<10 {
                    // Not taken: the broker is away again, and the next one counts.
                    try? self.bus.publish(topic: self.probeTopic, payload: [], qos: .atLeastOnce, completion: nil)
                    guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
                }
                self.probe.send(false)
            }
            let arrives = await self.probe.wait()
            group.cancelAll()
            return arrives
        }
        guard !Task.isCancelled else { return }
        if arrives {
            self.logger.info("the broker delivers shared subscriptions: workers may share a component's jobs")
        } else {
            self.logger.warning(
                "the broker does not deliver shared subscriptions: let one worker alone serve a component")
        }
    }

    /// Hands a job to whoever has subscribed to it behind the broker, and waits for the answer.
    ///
    /// Cancellation gives the job up.
    func assign(_ job: WorkerJob) async -> WorkerOutcome {
        let outcome = Signal<WorkerOutcome>()
        self.jobs.withLock { $0[job.id] = outcome }
        return await withTaskCancellationHandler {
            self.publish(job)
            return await outcome.wait()
        } onCancel: {
            self.abandon(job.id)
        }
    }

    private func publish(_ job: WorkerJob) {
        // Given up before it was on its way.
        guard self.jobs.withLock({ $0[job.id] != nil }) else { return }
        let topic = Topic.work(component: job.component, job: job.id).text(site: self.site)
        do throws(BusError) {
            try self.bus.publish(topic: topic, payload: job.body, qos: .atLeastOnce) { result in
                if case .failure = result { self.abandon(job.id) }
            }
        } catch {
            self.abandon(job.id)
        }
    }

    private func abandon(_ job: String) {
        self.jobs.withLock { $0.removeValue(forKey: job) }?.send(.lost)
    }
}
