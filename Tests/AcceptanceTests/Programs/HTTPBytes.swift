/// HTTP requests byte by byte, so that they can be wrong.
enum HTTPBytes {
    /// A request after whose answer the connection ends; the body's length is told where there is one.
    static func request(
        _ method: String,
        _ path: String,
        key: String? = nil,
        _ lines: [String] = [],
        body: [UInt8]? = nil
    ) -> [UInt8] {
        self.request(method, path, key: key, lines + ["Connection: close"], keeping: body)
    }

    /// A request that leaves the connection open.
    static func request(
        _ method: String,
        _ path: String,
        key: String?,
        _ lines: [String] = [],
        keeping body: [UInt8]?
    ) -> [UInt8] {
        var head = ["\(method) \(path) HTTP/1.1", "Host: h"]
        if let key { head.append("Authorization: Bearer \(key)") }
        if let body { head.append("Content-Length: \(body.count)") }
        return Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }
}
