/// A proxy between clients and a bridge, which makes trouble as it is told (`proxy.py`).
struct Proxy {
    /// What happens to WebSocket handshakes.
    enum Block: String, CaseIterable {
        /// They are answered with 403.
        case refuse
        /// They are never answered.
        case swallow
    }

    let port: Int
    private let program: RunningProgram

    /// Runs a proxy beside the body, in front of a port that somebody may listen on later.
    static func run(to target: Int, _ body: (Proxy) async throws -> Void) async throws {
        var script = ClientScript.python("proxy.py")
        script.arguments.append("\(target)")
        try await script.run { program in
            let listening = try await Self.next("listening", of: program)
            let port = try BridgeError.require(listening["port"]?.int, "no port")
            try await body(Proxy(port: Int(port), program: program))
        }
    }

    var url: String { "http://127.0.0.1:\(self.port)" }

    /// Lets everything pass again.
    func pass() async throws {
        try await self.command("pass")
    }

    /// Ends all connections.
    func cut() async throws {
        try await self.command("cut")
    }

    /// Ends new connections at once.
    func refuse() async throws {
        try await self.command("refuse")
    }

    /// Lets nothing pass on the present connections any more; clients are not told.
    func hang() async throws {
        try await self.command("hang")
    }

    /// Has what the bridge sends come later.
    func delay(milliseconds: Int64) async throws {
        try await self.command("delay", ["milliseconds": .int(milliseconds)])
    }

    /// Lets no WebSocket through any more.
    func block(_ block: Block) async throws {
        try await self.command("block", ["how": .string(block.rawValue)])
    }

    /// Holds streams of events back until they end.
    func buffer() async throws {
        try await self.command("buffer")
    }

    private func command(_ name: String, _ members: [String: JSON] = [:]) async throws {
        try await self.program.write(JSON.object(members.merging(["do": .string(name)]) { $1 }).text)
        _ = try await Self.next(name, of: self.program)
    }

    private static func next(_ kind: String, of program: RunningProgram) async throws -> JSON {
        try await program.first("the proxy: \(kind)") { line in
            guard let seen = try? JSON(parsing: line), seen["seen"]?.string == kind else { return nil }
            return seen
        }
    }
}
