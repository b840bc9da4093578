import EventLog
import Realtime

/// The writer's thread: opens the file, and opens it again after each failure.
enum WriterThread {
    /// The first wait before the file is opened again, and the longest, in milliseconds.
    private static let firstPause = 100
    private static let longestPause = 5000

    /// Commits until the log is closed.
    ///
    /// The closure `opened` is called once; after it was called with a failure, the method returns.
    static func run(_ shared: LogShared, opened: (Result<Void, RealtimeError>) -> Void) {
        let mark: LogMark
        do throws(SQLiteFault) {
            mark = try LogMark(path: shared.files.mark)
        } catch {
            return opened(.failure(error.error))
        }
        var hasOpened = false
        var pause = Self.firstPause
        while true {
            do throws(SQLiteFault) {
                try LogDatabase.with(shared.settings, files: shared.files, mark: mark, isFirst: !hasOpened) {
                    database in
                    let writer = try LogWriter(shared, database)
                    if !hasOpened { opened(.success(())) }
                    hasOpened = true
                    pause = Self.firstPause
                    try writer.run()
                }
                return shared.queue.failAll(.logClosed)
            } catch {
                guard hasOpened else { return opened(.failure(error.error)) }
                shared.note(error, failedCommits: 0)
                guard Self.failWaiting(shared, error.error, milliseconds: pause) else { return }
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Fails all that comes for a while.
    ///
    /// - Returns: Whether the log is still wanted.
    private static func failWaiting(_ shared: LogShared, _ error: RealtimeError, milliseconds: Int) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(milliseconds)
        while clock.now < end {
            let rest = (end - clock.now).components
            let milliseconds = Int(rest.seconds) * 1000 + Int(rest.attoseconds / 1_000_000_000_000_000) + 1
            switch shared.queue.take(timeout: milliseconds) {
            case .work(let work): work.fail(error)
            case .nothing: break
            case .closed: return false
            }
        }
        return true
    }
}
