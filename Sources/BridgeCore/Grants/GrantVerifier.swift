import Crypto
public import NIOCore
public import Realtime
import Synchronization

/// Verifies tokens, and remembers those that were good: a page opens several connections with one grant, and each
/// comes back with it.
public final class GrantVerifier: Sendable {
    private struct Cache: Sendable {
        var recent: [SHA256Digest: Grant] = [:]
        var older: [SHA256Digest: Grant] = [:]
    }

    /// Grants kept of each of two generations.
    private static let capacity = 4096

    private let keys: KeyRing
    private let now: @Sendable () -> Int64
    private let cache = Mutex(Cache())

    /// Creates a verifier.
    ///
    /// The closure `now` gives the time of day, in Unix milliseconds.
    public init(keys: KeyRing, now: @escaping @Sendable () -> Int64) {
        self.keys = keys
        self.now = now
    }

    /// Verifies a token.
    ///
    /// - Throws: `grant_invalid` or `grant_expired`.
    public func verify(_ token: ByteBuffer) throws(RealtimeError) -> Grant {
        guard token.readableBytes <= Grant.maximumTokenBytes else {
            throw RealtimeError(.grantInvalid, "longer than \(Grant.maximumTokenBytes) bytes")
        }
        let seconds = self.now() / 1000
        let digest = token.withUnsafeReadableBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            return hash.finalize()
        }
        if let known = self.known(digest) {
            // The signature was checked; what time decides is decided anew.
            guard known.expiresAt > seconds else {
                throw RealtimeError(.grantExpired, "the grant has expired")
            }
            return known
        }
        let grant = try self.keys.verify(token: token.readableBytesUInt8Span, now: seconds)
        self.remember(grant, as: digest)
        return grant
    }

    private func known(_ digest: SHA256Digest) -> Grant? {
        self.cache.withLock { $0.recent[digest] ?? $0.older[digest] }
    }

    private func remember(_ grant: Grant, as digest: SHA256Digest) {
        self.cache.withLock { cache in
            if cache.recent.count >= Self.capacity {
                cache.older = cache.recent
                cache.recent = [:]
            }
            cache.recent[digest] = grant
        }
    }
}
