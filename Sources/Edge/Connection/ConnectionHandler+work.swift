import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Makes this connection one of a component's workers.
    func work(for component: ComponentName, in session: Session) {
        guard !session.works.contains(component) else { return }
        session.works.append(component)
        self.loop.shared.workers.add(self.loop.holder(self.id), for: component)
    }

    /// Takes no further jobs of a component.
    ///
    /// - Returns: Whether it did take some.
    func stopWorking(for component: ComponentName, in session: Session) -> Bool {
        guard let index = session.works.firstIndex(of: component) else { return false }
        session.works.remove(at: index)
        self.loop.shared.workers.remove(self.loop.holder(self.id), for: component)
        return true
    }

    /// Leaves the directory of workers; the jobs that it has go to others.
    func endWork(of session: Session) {
        guard session.rights.role == .service else { return }
        for component in session.works { _ = self.stopWorking(for: component, in: session) }
        self.loop.shared.workers.loseAll(of: self.loop.holder(self.id))
    }

    /// Publishes a job to this worker.
    ///
    /// - Returns: Whether it was sent: the right may have ended, or too much waits for this connection already.
    func handOut(_ job: WorkerJob) -> Bool {
        guard !self.machine.isClosed, self.hasRoom, let session = self.session else { return false }
        let filter = TopicFilter.work(component: job.component)
        let decision = session.rights.decide(.subscribe(filter, clientID: session.clientID), at: WallClock.seconds)
        guard decision.error == nil else {
            _ = self.stopWorking(for: job.component, in: session)
            return false
        }
        let site = self.loop.configuration.site
        var properties = Properties()
        if session.version == .v5 {
            properties.responseTopic = Topic.done(node: self.loop.shared.node, job: job.id).text(site: site)
        }
        let publish = Packet.publish(
            Publish(
                topic: ByteBuffer(string: Topic.work(component: job.component, job: job.id).text(site: site)),
                payload: ByteBuffer(bytes: job.body),
                properties: properties
            )
        )
        guard self.fits(publish) else { return false }
        self.send(publish)
        self.loop.metrics.handedOut()
        return true
    }

    /// Takes a worker's answer, if the job is this connection's.
    func settle(_ job: String, of node: String, _ answer: ByteBuffer, from origin: IngestOrigin) {
        let worker = self.loop.holder(self.id)
        let verdict =
            node == self.loop.shared.node
            ? self.loop.shared.workers.answer(job, by: worker, Array(answer.readableBytesView)) : .unknown
        switch verdict {
        case .taken:
            self.acknowledge(.success(()), of: origin)
        case .unknown:
            self.refuse(RealtimeError(.notFound, "there is no such job, or its time is over"), of: origin)
        case .foreign:
            self.refuse(RealtimeError(.forbidden, "another worker has this job"), of: origin)
        }
    }
}
