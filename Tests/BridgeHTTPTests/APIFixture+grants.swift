import BridgeCore
import EventLog
import HTTPTypes
import HummingbirdTesting
import Realtime
import Testing

@testable import BridgeHTTP

extension APIFixture {
    /// A grant as the API gives it.
    struct Granted: Sendable {
        let token: String
        let hashes: [String]
        let positions: [String]

        /// The epoch of the log.
        var epoch: Substring { self.positions.first?.prefix { $0 != ":" } ?? "" }
    }

    /// A channel's JSON, by its item and area.
    static func channel(_ item: Int, area: String = "game") -> String {
        #"{"contextid":15,"component":"mod_quiz","area":"\#(area)","itemid":\#(item)}"#
    }

    /// Makes a grant for channels of these items.
    func grant(
        _ items: Int...,
        area: String = "game",
        user: String = "42",
        rights: String = #"["subscribe"]"#,
        replay: Bool = true,
        seconds: Int = 3600
    ) async throws -> Granted {
        let channels = items.map { #"\#(Self.channel($0, area: area).dropLast()),"rights":\#(rights)}"# }
        let body = """
            {"user":"\(user)","session":"abc","channels":[\(channels.joined(separator: ","))],"replay":\(replay),
            "ttl":\(seconds)}
            """
        let answer = try await self.send(.post, "/v1/grants", key: "all", body: body)
        let json = try answer.json
        let granted = json["channels"]?.array ?? []
        return Granted(
            token: try #require(json["token"]?.string, "\(answer.text)"),
            hashes: granted.compactMap { $0["hash"]?.string },
            positions: granted.compactMap { $0["position"]?.string }
        )
    }

    /// Publishes payloads, JSON texts, on a channel.
    func notify(_ item: Int, area: String = "game", _ payloads: [String]) async throws {
        let items = payloads.map { #"{"channel":\#(Self.channel(item, area: area)),"payload":\#($0)}"# }
        let answer = try await self.send(
            .post, "/v1/notify", key: "all", body: #"{"items":[\#(items.joined(separator: ","))]}"#)
        try #require(answer.status == .ok, "\(answer.text)")
    }

    /// Polls channels, as JSON objects.
    func poll(_ channels: [String], wait: Int? = nil, token: String) async throws -> TestResponse {
        let wait = wait.map { #","wait":\#($0)"# } ?? ""
        return try await self.send(
            .post, "/v1/poll", key: token, body: #"{"channels":[\#(channels.joined(separator: ","))]\#(wait)}"#)
    }

    /// Waits until there are so many polls and streams.
    func waitForPulls(_ count: Int) async throws {
        let pulls = self.api.pulls
        while pulls.count != count {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// A channel of a poll's answer.
struct Polled {
    let position: String?
    let recovered: String?
    let more: Bool?
    let error: String?
    let sequences: [Int64]

    /// The channels of an answer.
    static func all(_ response: TestResponse) throws -> [Polled] {
        let channels = try #require(try response.json["channels"]?.array, "\(response.text)")
        return channels.map { channel in
            Polled(
                position: channel["position"]?.string,
                recovered: channel["recovered"]?.string,
                more: channel["more"]?.bool,
                error: channel["error"]?["code"]?.string,
                sequences: channel["events"]?.array?.compactMap { $0["seq"]?.int64 } ?? []
            )
        }
    }
}
