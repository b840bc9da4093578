/// A JWS in compact form (RFC 7515 section 7.1), taken apart but not believed.
struct CompactToken {
    /// `header.payload` as written, what the signature is over.
    let signedBytes: [UInt8]
    /// The id of the key that the header names.
    let kid: String
    /// The algorithm that the header names, to be held against the key's own.
    let algorithm: String
    /// The decoded signature.
    let signature: [UInt8]

    private let payloadStart: Int

    /// Header members that would name a key or change how the token is to be read (RFC 7515 section 4.1).
    private static let refusedMembers = ["crit", "jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "b64"]

    /// Takes the token apart and reads its header; the payload stays untouched.
    ///
    /// - Throws: `grantInvalid`; the message names the check, never the content.
    init(_ token: Span<UInt8>) throws(RealtimeError) {
        guard token.count <= Grant.maximumTokenBytes else {
            throw Grant.invalid("the token has more than \(Grant.maximumTokenBytes) bytes")
        }
        var dots: [Int] = []
        for index in token.indices where token[index] == UInt8(ascii: ".") {
            guard dots.count < 2 else { throw Self.shape }
            dots.append(index)
        }
        guard dots.count == 2 else { throw Self.shape }
        guard let headerBytes = Base64URL.decode(token.extracting(0..<dots[0])) else {
            throw Grant.invalid("the header is not base64url")
        }
        guard let signature = Base64URL.decode(token.extracting((dots[1] + 1)..<token.count)) else {
            throw Grant.invalid("the signature is not base64url")
        }
        guard let header = try? JSONValue.parse(headerBytes, maximumDepth: 8), header.members != nil else {
            throw Grant.invalid("the header is not a strict JSON object")
        }
        for name in Self.refusedMembers where header[name] != nil {
            throw Grant.invalid("the header has \(name), which is refused")
        }
        if let type = header["typ"] {
            guard type.string?.lowercased() == "jwt" else { throw Grant.invalid("typ is not JWT") }
        }
        guard let kid = header["kid"]?.string else { throw Grant.invalid("the header has no kid") }
        guard let algorithm = header["alg"]?.string else { throw Grant.invalid("the header has no alg") }
        self.kid = kid
        self.algorithm = algorithm
        self.signature = signature
        self.payloadStart = dots[0] + 1
        self.signedBytes = token.extracting(0..<dots[1]).withUnsafeBufferPointer(Array.init)
    }

    /// Decodes and parses the payload; to be called once the signature has been checked.
    func claims() throws(RealtimeError) -> JSONValue {
        let payload = self.signedBytes.span.extracting(self.payloadStart..<self.signedBytes.count)
        guard let bytes = Base64URL.decode(payload) else { throw Grant.invalid("the payload is not base64url") }
        guard let claims = try? JSONValue.parse(bytes) else { throw Grant.invalid("the payload is not strict JSON") }
        return claims
    }

    private static var shape: RealtimeError {
        Grant.invalid("the token is not three parts joined by dots")
    }
}
