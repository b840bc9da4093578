/// The keys of this module's log metadata.
enum LogKey {
    static let advice = "advice"
    static let bytes = "bytes"
    static let host = "host"
    static let leftOut = "left_out"
    static let origin = "origin"
    static let port = "port"
    static let reason = "reason"
    static let why = "why"
}
