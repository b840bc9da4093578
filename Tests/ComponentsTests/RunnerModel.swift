@testable import Components

/// Drives a runner's state at random, as threads, workers and time would, and notes whatever must not be.
struct RunnerModel {
    struct Counts {
        var expired = 0
        var late = 0
        var tooMany = 0
        var circuitOpen = 0
        var probes = 0

        mutating func add(_ other: Self) {
            self.expired += other.expired
            self.late += other.late
            self.tooMany += other.tooMany
            self.circuitOpen += other.circuitOpen
            self.probes += other.probes
        }
    }

    private enum Worker {
        /// Asked for, or about to ask for its next message.
        case coming(isWoken: Bool)
        case running(Int)
        /// Tells whoever asked of the end: its place is still taken.
        case telling(Int)
        case asleep
    }

    private(set) var state: RunnerState<Int, Int>
    private(set) var faults: [String] = []
    /// How often each message was told its end.
    private(set) var ends: [Int: Int] = [:]
    private(set) var counts = Counts()
    private let settings: ComponentSettings
    private let senders: Int
    private var generator: SeededGenerator
    private var now = ContinuousClock.now
    private var workers: [Int: Worker] = [:]
    private var senderOf: [Int: Int] = [:]
    private var cameAt: [Int: ContinuousClock.Instant] = [:]
    private var lastRun: [Int: Int] = [:]
    private var late: Set<Int> = []

    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed)
        self.settings = ComponentSettings(
            timeout: .milliseconds(100),
            concurrency: Int.random(in: 1...5, using: &self.generator),
            waiting: Int.random(in: 0...20, using: &self.generator)
        )
        self.senders = Int.random(in: 1...8, using: &self.generator)
        self.state = RunnerState(settings: self.settings)
    }

    /// Submits a message, and has something else happen a few times.
    mutating func step(_ job: Int) {
        let sender = Int.random(in: 0..<self.senders, using: &self.generator)
        self.senderOf[job] = sender
        self.cameAt[job] = self.now
        let (refusal, wake) = self.state.submit(job, from: sender, at: self.now)
        if let refusal { self.refuse(job, refusal) }
        self.wake(wake)
        for _ in 0..<Int.random(in: 0...4, using: &self.generator) {
            if Int.random(in: 0..<4, using: &self.generator) == 0 { self.passTime() } else { self.moveWorker() }
        }
        self.check()
    }

    /// Lets all that is under way end.
    mutating func finishAll() {
        while self.state.running + self.state.waiting > 0, self.faults.isEmpty {
            let allSleep = self.workers.values.allSatisfy { if case .asleep = $0 { true } else { false } }
            guard !allSleep else { return self.faults.append("messages wait though nobody comes") }
            self.moveWorker()
        }
    }

    private mutating func passTime() {
        // Now and then long enough for a circuit to half open.
        let isLong = Int.random(in: 0..<50, using: &self.generator) == 0
        self.now += .milliseconds(isLong ? 1000 : Int.random(in: 0...30, using: &self.generator))
        let due = self.state.due(at: self.now, using: &self.generator)
        for job in due.expired { self.refuse(job, .waitedTooLong) }
        for (worker, job) in due.late {
            self.counts.late += 1
            guard case .running(job)? = self.workers[worker], self.late.insert(job).inserted else {
                self.faults.append("\(job) is late though it does not run, or twice")
                continue
            }
        }
        for job in due.effect.refused { self.refuse(job, .circuitOpen) }
        if due.nap <= .zero { self.faults.append("no nap") }
    }

    private mutating func moveWorker() {
        guard let worker = self.workers.keys.sorted().randomElement(using: &self.generator) else { return }
        switch self.workers[worker] {
        case .coming(let isWoken): self.ask(worker, isWoken: isWoken)
        case .running(let job): self.end(job, by: worker)
        case .telling: self.ask(worker, isWoken: false)
        case .asleep, nil: break
        }
    }

    private mutating func ask(_ worker: Int, isWoken: Bool) {
        let next = self.state.next(worker, isWoken: isWoken, at: self.now)
        self.workers[worker] = .coming(isWoken: false)
        self.wake(next.wake)
        if next.change == .halfOpened { self.counts.probes += 1 }
        switch next.step {
        case .run(let job, _):
            let sender = self.senderOf[job] ?? -1
            if self.lastRun[sender, default: -1] >= job { self.faults.append("\(job) ran out of order") }
            if self.places.contains(where: { self.senderOf[$0] == sender }) {
                self.faults.append("\(job) ran beside another of its sender")
            }
            self.lastRun[sender] = job
            self.workers[worker] = .running(job)
        case .refuse(let job, let refusal): self.refuse(job, refusal)
        case .rest: if self.state.park() { self.workers[worker] = .asleep }
        case .end: self.workers[worker] = nil
        }
    }

    private mutating func end(_ job: Int, by worker: Int) {
        let isLate: Bool
        if Int.random(in: 0..<3, using: &self.generator) == 0 {
            isLate = self.state.answered(worker).isLate
        } else {
            let (late, effect) = self.state.unanswered(worker, at: self.now, using: &self.generator)
            for job in effect.refused { self.refuse(job, .circuitOpen) }
            isLate = late
        }
        if isLate != self.late.contains(job) { self.faults.append("\(job) is told wrongly whether it was late") }
        self.ends[job, default: 0] += 1
        if isLate {
            self.workers[worker] = nil
            self.wake(self.state.retire(worker))
        } else {
            self.workers[worker] = .telling(job)
        }
    }

    private mutating func wake(_ wake: RunnerState<Int, Int>.Wake?) {
        switch wake {
        case .newWorker:
            self.workers[self.state.began()] = .coming(isWoken: true)
        case .idleWorker:
            let asleep = self.workers.first { if case .asleep = $0.value { true } else { false } }
            guard let asleep else { return self.faults.append("nobody sleeps") }
            self.workers[asleep.key] = .coming(isWoken: true)
        case nil: break
        }
    }

    private mutating func refuse(_ job: Int, _ refusal: Refusal) {
        self.ends[job, default: 0] += 1
        switch refusal {
        case .tooManyWait:
            self.counts.tooMany += 1
            guard self.state.waiting >= self.settings.waiting else {
                return self.faults.append("\(job) was refused though there is room")
            }
        case .waitedTooLong:
            self.counts.expired += 1
            guard let came = self.cameAt[job], came + self.settings.timeout <= self.now else {
                return self.faults.append("\(job) was refused before its time")
            }
        case .circuitOpen: self.counts.circuitOpen += 1
        case .shuttingDown: self.faults.append("\(job) was refused though it is open")
        }
    }

    private var places: [Int] {
        self.workers.values.compactMap { worker in
            switch worker {
            case .running(let job), .telling(let job): job
            case .coming, .asleep: nil
            }
        }
    }

    private mutating func check() {
        let running = self.places.count
        if running != self.state.running { self.faults.append("\(running) run, not \(self.state.running)") }
        if self.workers.count > self.settings.concurrency { self.faults.append("too many workers") }
        if self.state.waiting > self.settings.waiting + self.settings.concurrency - running {
            self.faults.append("too many wait")
        }
    }
}
