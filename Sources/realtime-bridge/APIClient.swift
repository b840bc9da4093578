import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Realtime

/// Calls the HTTP API of a running bridge.
struct APIClient {
    /// The largest answer that is read, in bytes.
    private static let maximumAnswer = 8 * 1024 * 1024

    /// Lives as long as the process; a bridge that is not there is an error at once.
    static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let url: String
    let key: String

    /// Posts JSON and returns the answer's JSON.
    ///
    /// - Throws: ``CommandFailure`` with the bridge's own words where it refuses.
    func post(_ path: String, _ body: [UInt8]) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: self.url + path)
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(self.key)")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(body)
        let response: HTTPClientResponse
        let answer: ByteBuffer
        do {
            response = try await Self.http.execute(request, timeout: .seconds(30))
            answer = try await response.body.collect(upTo: Self.maximumAnswer)
        } catch {
            throw CommandFailure("\(self.url) does not answer: \(error)")
        }
        let bytes = Array(answer.readableBytesView)
        guard response.status == .ok else {
            throw Self.refusal(response.status, bytes)
        }
        return bytes
    }

    /// What the bridge refused with, in its own words.
    static func refusal(_ status: HTTPResponseStatus, _ body: [UInt8]) -> CommandFailure {
        let problem = try? JSONValue.parse(body)
        let code = problem?["code"]?.string ?? "\(status.code)"
        return CommandFailure("\(code): \(problem?["detail"]?.string ?? "the bridge refused")", code: code)
    }

    /// Makes a grant for a client of this machine.
    func grant(
        user: String,
        session: String,
        role: String? = nil,
        channels: [(channel: Realtime.Channel, rights: [String])] = [],
        components: [String] = [],
        lifetime: Int64? = nil,
        replay: Bool = true
    ) async throws -> GrantedAccess {
        var body = JSONWriter()
        body.object { json in
            json.key("user")
            json.string(user)
            json.key("session")
            json.string(session)
            if let role {
                json.key("role")
                json.string(role)
            }
            json.key("channels")
            json.array { list in
                for (channel, rights) in channels {
                    list.object { entry in
                        channel.appendMembers(to: &entry)
                        entry.key("rights")
                        entry.array { names in rights.forEach { names.string($0) } }
                    }
                }
            }
            json.key("components")
            json.array { list in components.forEach { list.string($0) } }
            if let lifetime {
                json.key("ttl")
                json.int(lifetime)
            }
            if !replay {
                json.key("replay")
                json.bool(false)
            }
        }
        return try GrantedAccess(answer: try await self.post("/v1/grants", body.bytes))
    }
}
