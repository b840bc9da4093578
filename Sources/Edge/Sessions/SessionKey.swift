/// What makes two connections the same session: user, application session and client id.
///
/// 128 bits of keyed hash instead of the texts: there may be 100,000 of them, and nobody can aim at another's.
struct SessionKey: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    /// The user alone, for what each user has a share of.
    let user: UInt64

    init(user: String, session: String, clientID: String) {
        func half(_ domain: UInt8) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(domain)
            for text in [user, session, clientID] {
                // By bytes: `String` takes two forms of é for equal, MQTT does not.
                hasher.combine(text.utf8.count)
                text.utf8.forEach { hasher.combine($0) }
            }
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        self.high = half(0)
        self.low = half(1)
        var hasher = Hasher()
        user.utf8.forEach { hasher.combine($0) }
        self.user = UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
