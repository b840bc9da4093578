/// What went wrong before a test could begin.
struct BridgeError: Error, CustomStringConvertible {
    let description: String

    static func require<R>(_ value: R?, _ description: String) throws -> R {
        guard let value else { throw BridgeError(description: description) }
        return value
    }
}
