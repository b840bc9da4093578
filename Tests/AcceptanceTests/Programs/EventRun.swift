/// Events that a client got one after the other, without a hole, a double or a change of their order (`runs.py`).
struct EventRun: Hashable {
    let epoch: String
    let first: Int64
    /// `nil` where it is no run, but the bridge's word that events up to `first` are lost.
    let last: Int64?

    init(epoch: String, _ first: Int64, through last: Int64?) {
        self.epoch = epoch
        self.first = first
        self.last = last
    }

    /// Waits until a client has collected what it was to collect.
    static func collected(by program: RunningProgram) async throws -> [EventRun] {
        let observation = try await program.first("collected", within: .seconds(60)) { line -> JSON? in
            guard let observation = try? JSON(parsing: line), observation["seen"] == "collected" else { return nil }
            return observation
        }
        return observation["runs"]?.array?.compactMap { run in
            guard let run = run.array, run.count == 3, let epoch = run[0].string, let first = run[1].int else {
                return nil
            }
            return EventRun(epoch: epoch, first, through: run[2].int)
        } ?? []
    }
}
