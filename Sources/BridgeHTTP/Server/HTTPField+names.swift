import HTTPTypes

extension HTTPField.Name {
    /// The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
    static let idempotencyKey = Self(declared: "Idempotency-Key")
    /// The header `X-Accel-Buffering`, by which nginx is told to pass a stream on as it comes.
    static let accelBuffering = Self(declared: "X-Accel-Buffering")

    private init(declared name: String) {
        guard let name = Self(name) else {
            preconditionFailure("the names above have only characters that a header's name may have")
        }
        self = name
    }
}
