import Hummingbird

/// The token of a request's `Authorization` header (RFC 6750, section 2.1).
enum Bearer {
    /// Finds the token; `nil` where there is none, or one longer than `limit` bytes.
    static func token(of request: Request, limit: Int) -> Substring? {
        let scheme = "bearer "
        guard let header = request.headers[.authorization], header.utf8.count <= limit + scheme.utf8.count,
            header.prefix(scheme.count).lowercased() == scheme
        else { return nil }
        return header.dropFirst(scheme.count)
    }
}
