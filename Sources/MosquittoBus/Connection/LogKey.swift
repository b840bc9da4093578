/// The keys of this module's log metadata.
enum LogKey {
    static let broker = "broker"
    static let code = "code"
    static let filter = "filter"
    static let line = "line"
    static let processID = "pid"
    static let reason = "reason"
    static let wait = "wait"
}
