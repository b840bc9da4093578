import Crypto

/// The first 128 bits of a SHA-256: to recognize something by without keeping it; the same in every process.
public struct Digest128: Hashable, Sendable {
    /// The first 8 bytes, big-endian.
    public let high: UInt64
    /// The next 8 bytes, big-endian.
    public let low: UInt64

    /// Digests texts, in order.
    ///
    /// Each is preceded by its length, so that no two lists of texts are digested as the same bytes.
    ///
    /// - Parameters:
    ///   - domain: What the digest is for: digests of different domains never meet.
    ///   - texts: What is digested, as UTF-8.
    public init(domain: StaticString, _ texts: String...) {
        var input: [UInt8] = []
        input.reserveCapacity(texts.reduce(domain.utf8CodeUnitCount + 4) { $0 + $1.utf8.count + 4 })
        input.append(length: domain.utf8CodeUnitCount)
        domain.withUTF8Buffer { input.append(contentsOf: $0) }
        for text in texts {
            input.append(length: text.utf8.count)
            input.append(contentsOf: text.utf8)
        }
        var hash = SHA256()
        input.withUnsafeBytes { hash.update(bufferPointer: $0) }
        self.init(hash)
    }

    /// Digests bytes without copying them.
    ///
    /// - Parameters:
    ///   - domain: What the digest is for: digests of different domains never meet.
    ///   - bytes: What is digested.
    public init(domain: StaticString, bytes: [UInt8]) {
        var prefix: [UInt8] = []
        prefix.append(length: domain.utf8CodeUnitCount)
        domain.withUTF8Buffer { prefix.append(contentsOf: $0) }
        prefix.append(length: bytes.count)
        var hash = SHA256()
        prefix.withUnsafeBytes { hash.update(bufferPointer: $0) }
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        self.init(hash)
    }

    private init(_ hash: SHA256) {
        (self.high, self.low) = hash.finalize().withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(length: Int) {
        Swift.withUnsafeBytes(of: UInt32(clamping: length).bigEndian) { self.append(contentsOf: $0) }
    }
}
