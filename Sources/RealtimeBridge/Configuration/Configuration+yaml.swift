public import BridgeHTTP
import Components
import EventLog
import EventLogSQLite
public import Realtime
import Yams

extension Configuration {
    /// Reads the text of a `bridge.yaml`.
    ///
    /// - Throws: `configuration_invalid`, which names the setting; never with a value that may be a secret.
    public init(yaml: String) throws(RealtimeError) {
        let node: Node?
        do {
            node = try Yams.compose(yaml: yaml)
        } catch {
            throw RealtimeError(.configurationInvalid, "bridge.yaml is not valid YAML")
        }
        guard let node else { throw RealtimeError(.configurationInvalid, "bridge.yaml is empty") }
        var file = try ConfigurationSection(node, path: "")
        let site = try SiteName(try file.require("site"))
        guard var keys = try file.section("keys") else { throw file.error("keys", "is missing") }
        let channelKey = try ChannelKey(bytes: try keys.base64("channel"))
        let grantKeys = try Self.grantKeys(in: &keys)
        try keys.finish()
        self.init(site: site, channelKey: channelKey, grantKeys: grantKeys)
        try self.readListeners(&file)
        try self.readBroker(&file)
        try self.readLog(&file)
        self.apiKeys = try Self.apiKeys(in: &file)
        self.components = try self.readComponents(&file)
        try self.readLimits(&file)
        try file.finish()
    }

    /// Reads `HOST:PORT`.
    public static func address(_ text: String) throws(RealtimeError) -> BridgeHTTPServer.Address {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw RealtimeError(.configurationInvalid, "an address is written HOST:PORT") }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return BridgeHTTPServer.Address(host: String(host), port: Int(port))
    }

    private mutating func readListeners(_ file: inout ConfigurationSection) throws(RealtimeError) {
        if var listen = try file.section("listen") {
            if let http = try listen.address("http") { self.listen.http = http }
            if let mqtt = try listen.address("mqtt") { self.listen.mqtt = mqtt }
            try listen.finish()
        }
        if let url = try file.string("public_url") {
            guard Origin(of: url) != nil else {
                throw file.error("public_url", "must begin with http:// or https:// and an ASCII name or address")
            }
            self.publicURL = url
        }
        for origin in try file.strings("origins") ?? [] {
            guard let parsed = Origin(of: origin), parsed.text == origin else {
                throw file.error(
                    "origins",
                    "an origin is written as browsers send it, such as https://www.example.org or http://localhost:8000:"
                        + " without a path, capitals, wildcards, and the scheme's own port")
            }
            self.origins.insert(origin)
        }
    }

    private mutating func readLog(_ file: inout ConfigurationSection) throws(RealtimeError) {
        var path = "events.sqlite"
        var sync = SQLiteLogSettings.Sync.normal
        if var log = try file.section("log") {
            if let name = try log.string("sqlite") { path = name }
            if let name = try log.string("sync") {
                guard let known = SQLiteLogSettings.Sync(rawValue: name) else {
                    throw log.error("sync", "must be normal or full")
                }
                sync = known
            }
            try log.finish()
        }
        self.log = .sqlite(path: path, sync: sync)
        if var retention = try file.section("retention") {
            try Self.read(&retention, into: &self.defaultPolicy.retention)
            if let bytes = try retention.bytes("bytes") { self.retainedBytes = UInt64(bytes) }
            try retention.finish()
        }
    }

    /// Reads `time` and `events`.
    static func read(
        _ section: inout ConfigurationSection,
        into retention: inout Retention
    ) throws(RealtimeError) {
        if let time = try section.milliseconds("time") { retention.time = Int64(time) }
        if let events = try section.count("events") { retention.events = events }
    }

    private mutating func readLimits(_ file: inout ConfigurationSection) throws(RealtimeError) {
        guard var limits = try file.section("limits") else { return }
        if let payload = try limits.bytes("payload") {
            guard payload <= 8 << 20 else { throw limits.error("payload", "at most 8MiB") }
            self.limits.payload = payload
        }
        if let rate = try limits.count("upstream_per_second") {
            guard rate <= 1_000_000 else { throw limits.error("upstream_per_second", "at most 1000000") }
            self.limits.upstreamPerSecond = rate
        }
        if let connections = try limits.count("connections") {
            guard connections <= 10_000_000 else { throw limits.error("connections", "at most 10000000") }
            self.limits.connections = connections
        }
        if let bytes = try limits.bytes("outbound_bytes") { self.limits.outboundBytes = bytes }
        if let replies = try limits.count("replies") { self.limits.replies = replies }
        if let bytes = try limits.bytes("reply_bytes") { self.limits.replyBytes = bytes }
        guard self.limits.outboundBytes >= self.limits.payload else {
            throw limits.error("outbound_bytes", "must be at least the payload limit")
        }
        try limits.finish()
    }
}

extension ConfigurationSection {
    mutating func address(_ name: String) throws(RealtimeError) -> BridgeHTTPServer.Address? {
        guard let text = try self.string(name) else { return nil }
        do throws(RealtimeError) {
            return try Configuration.address(text)
        } catch {
            throw self.error(name, error.message)
        }
    }
}
