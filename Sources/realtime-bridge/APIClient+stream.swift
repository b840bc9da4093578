import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension APIClient {
    /// Gets an answer that goes on for as long as it is read, an hour at most.
    ///
    /// - Throws: ``CommandFailure`` with the bridge's own words where it refuses.
    func stream(_ path: String) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: self.url + path)
        request.headers.add(name: "authorization", value: "Bearer \(self.key)")
        let response: HTTPClientResponse
        do {
            response = try await Self.http.execute(request, timeout: .hours(1))
        } catch {
            throw CommandFailure("\(self.url) does not answer: \(error)")
        }
        guard response.status == .ok else {
            let body = try? await response.body.collect(upTo: 64 * 1024)
            throw Self.refusal(response.status, body.map { Array($0.readableBytesView) } ?? [])
        }
        return response.body
    }
}
