/// The bridge's HTTP API, called with curl.
struct API {
    /// What the bridge has answered.
    struct Answer {
        let status: Int
        let type: String
        let body: JSON

        /// The code of a problem.
        var code: String? { self.body["code"]?.string }
    }

    let url: String
    let key: String?

    func get(_ path: String) async throws -> Answer {
        try await self.call("GET", path, body: "")
    }

    func post(_ path: String, _ body: JSON) async throws -> Answer {
        try await self.call("POST", path, body: body.text)
    }

    /// Calls with any method and any body.
    func call(_ method: String, _ path: String, body: String, headers: [String] = []) async throws -> Answer {
        var arguments = [
            "--silent", "--show-error", "--max-time", "15", "--request", method,
            "--write-out", "\n%{http_code} %{content_type}",
        ]
        for header in headers { arguments += ["--header", header] }
        if let key { arguments += ["--header", "Authorization: Bearer \(key)"] }
        if method != "GET" {
            arguments += ["--header", "Content-Type: application/json", "--data-binary", "@-"]
        }
        let outcome = try await Program(executable: "/usr/bin/curl", arguments: arguments + [self.url + path])
            .finish(input: body)
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        let status = lines.last?.split(separator: " ", maxSplits: 1) ?? []
        guard let number = status.first.flatMap({ Int($0) }), number > 0 else {
            throw BridgeError(description: "\(method) \(path): \(outcome.errors)")
        }
        let text = lines.dropLast().joined(separator: "\n")
        return Answer(
            status: number,
            type: status.count > 1 ? String(status[1]) : "",
            body: (try? JSON(parsing: text)) ?? .string(text)
        )
    }

    /// Publishes an event, and returns its position.
    @discardableResult
    func notify(_ channel: Channel, _ payload: JSON) async throws -> String {
        let answer = try await self.post("/v1/notify", ["channel": channel.json, "payload": payload])
        return try BridgeError.require(answer.body["position"]?.string, "notify: \(answer.body.text)")
    }

    /// Publishes events in one call, whose keys begin so, if they are to have any; returns their positions in order.
    @discardableResult
    func notify(_ channel: Channel, all payloads: [JSON], keys prefix: String? = nil) async throws -> [EventPosition] {
        let items = payloads.enumerated().map { index, payload -> JSON in
            var item: [String: JSON] = ["channel": channel.json, "payload": payload]
            if let prefix { item["key"] = "\(prefix)-\(index)" }
            return .object(item)
        }
        let answer = try await self.post("/v1/notify", ["items": .array(items)])
        let positions = answer.body["results"]?.array?.compactMap { $0["position"]?.string } ?? []
        guard positions.count == payloads.count else {
            throw BridgeError(description: "notify: \(answer.status) \(answer.body.text.prefix(500))")
        }
        return try positions.map { try EventPosition($0) }
    }

    /// Makes a grant, with positions unless they are to be left out.
    func grant(
        user: String = "42",
        _ channels: [Channel] = [],
        rights: JSON = ["subscribe"],
        components: JSON = [],
        role: String = "client",
        replay: Bool = true
    ) async throws -> Grant {
        let request = Self.grantRequest(user: user, channels, rights: rights, components: components, role: role)
        guard case .object(var members) = request else { throw BridgeError(description: "no object") }
        if !replay { members["replay"] = false }
        return try Grant(user: user, answer: try await self.post("/v1/grants", .object(members)).body)
    }

    /// What is asked for a grant.
    static func grantRequest(
        user: String = "42",
        _ channels: [Channel],
        rights: JSON = ["subscribe"],
        components: JSON = [],
        role: String = "client"
    ) -> JSON {
        [
            "user": .string(user), "session": "abc", "role": .string(role), "components": components,
            "channels": .array(
                channels.map { .object($0.members.merging(["rights": rights]) { $1 }) }
            ),
        ]
    }
}
