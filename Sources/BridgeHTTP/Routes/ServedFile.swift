import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file that is served from memory, and the tag that browsers ask by whether theirs is still the same.
struct ServedFile: Sendable {
    /// The last part of its path.
    let name: String
    /// Its media type.
    let type: String
    /// What it holds.
    let content: [UInt8]
    /// A strong entity tag, in its quotes (RFC 9110, section 8.8.3): half of the content's SHA-256.
    let tag: String

    init(name: String, type: String, content: [UInt8]) {
        self.name = name
        self.type = type
        self.content = content
        self.tag = "\"\(Self.digest(of: content).prefix(32))\""
    }

    /// SHA-256 in hexadecimal, 64 characters.
    static func digest(of content: [UInt8]) -> String {
        SHA256.hash(data: content).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    /// Answers a request for it: 304 without content where the client has it already.
    func respond(to request: Request, cacheControl: String, location: String? = nil) -> Response {
        var headers: HTTPFields = [.eTag: self.tag, .cacheControl: cacheControl]
        if let location { headers[.contentLocation] = location }
        if let tags = request.headers[.ifNoneMatch], self.isNamed(in: tags) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = self.type
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: self.content))
        )
    }

    /// By weak comparison (RFC 9110, section 13.1.2): a proxy that compresses makes a tag weak.
    private func isNamed(in tags: String) -> Bool {
        tags.split(separator: ",").contains { part in
            let tag = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return tag == "*" || tag == self.tag || tag == "W/\(self.tag)"
        }
    }
}
