import Hummingbird
import NIOCore
import Realtime

/// Whoever a request speaks for: `Authorization: Bearer …` (RFC 6750, section 2.1).
enum Bearer {
    /// The token of a request; nil where there is none, or one that is longer than so many bytes.
    static func token(of request: Request, limit: Int) -> Substring? {
        let scheme = "bearer "
        guard let header = request.headers[.authorization], header.utf8.count <= scheme.utf8.count + limit,
            header.prefix(scheme.count).lowercased() == scheme
        else { return nil }
        return header.dropFirst(scheme.count)
    }

    /// The grant that a request presents.
    ///
    /// - Throws: `unauthorized` where there is none, else what `verify` throws.
    static func grant(
        of request: Request,
        verify: (ByteBuffer) throws(RealtimeError) -> Grant
    ) throws(RealtimeError) -> Grant {
        guard let token = Self.token(of: request, limit: Grant.maximumTokenBytes) else {
            throw RealtimeError(.unauthorized, "a grant is needed: Authorization: Bearer …")
        }
        return try verify(ByteBuffer(substring: token))
    }
}
