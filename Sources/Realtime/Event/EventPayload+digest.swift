import Crypto

extension EventPayload {
    /// The SHA-256 of the payload's bytes, to recognize it by without keeping it.
    public var digest: [UInt8] { Array(SHA256.hash(data: self.bytes)) }
}
