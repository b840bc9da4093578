/// The keys of this module's log metadata.
enum LogKey {
    static let code = "code"
    static let component = "component"
    static let incident = "incident"
}
