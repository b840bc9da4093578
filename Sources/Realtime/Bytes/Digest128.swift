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
        let count = texts.reduce(domain.utf8CodeUnitCount + 4) { $0 + $1.utf8.count + 4 }
        let hash = withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { bytes in
            var offset = 0
            func put(_ text: UnsafeBufferPointer<UInt8>) {
                bytes.storeBytes(of: UInt32(clamping: text.count).bigEndian, toByteOffset: offset, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: bytes[(offset + 4)...]).copyBytes(from: text)
                offset += 4 + text.count
            }
            domain.withUTF8Buffer(put)
            for var text in texts { text.withUTF8(put) }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash
        }
        self.init(hash)
    }

    /// Digests bytes without copying them.
    ///
    /// - Parameters:
    ///   - domain: What the digest is for: digests of different domains never meet.
    ///   - bytes: What is digested.
    public init(domain: StaticString, bytes: [UInt8]) {
        var hash = SHA256()
        withUnsafeTemporaryAllocation(byteCount: domain.utf8CodeUnitCount + 8, alignment: 1) { prefix in
            prefix.storeBytes(of: UInt32(clamping: domain.utf8CodeUnitCount).bigEndian, as: UInt32.self)
            domain.withUTF8Buffer { UnsafeMutableRawBufferPointer(rebasing: prefix[4...]).copyBytes(from: $0) }
            let count = UInt32(clamping: bytes.count).bigEndian
            prefix.storeBytes(of: count, toByteOffset: prefix.count - 4, as: UInt32.self)
            hash.update(bufferPointer: UnsafeRawBufferPointer(prefix))
        }
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
