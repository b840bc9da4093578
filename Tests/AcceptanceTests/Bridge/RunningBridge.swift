import Foundation

/// A bridge that answers.
struct RunningBridge: Sendable {
    /// The bridge of the suite that a test belongs to.
    @TaskLocal static var shared: RunningBridge?

    let folder: BridgeFolder
    let program: RunningProgram

    /// The API with all roles.
    var api: API { self.api(key: self.folder.apiKey) }

    func api(key: String?) -> API {
        API(url: self.url, key: key)
    }

    var url: String { self.folder.url }

    /// Waits until mosquitto runs, and returns its process number.
    func brokerProcess() async throws -> Int32 {
        try await self.program.first("the embedded broker runs") { line in
            guard line.contains("Embedded broker is running") else { return nil }
            return line.firstMatch(of: /pid=(\d+)/).flatMap { Int32($0.1) }
        }
    }

    /// Waits until `/readyz` says `ready`, or `degraded` for a bridge without its broker.
    func waitUntil(status: String) async throws {
        try await Deadline.poll("the bridge is \(status)") {
            try await self.api.get("/readyz").body["status"]?.string == status
        }
    }

    /// What `/metrics` says of a number.
    func metric(_ name: String) async throws -> Int {
        let text = try await self.api.get("/metrics").body.string ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return try BridgeError.require(line?.split(separator: " ").last.flatMap { Int($0) }, "no \(name)")
    }

    /// Makes a client command of the bridge's own command line.
    func command(_ arguments: [String]) throws -> Program {
        var program = try BridgeExecutable.program(arguments)
        program.environment = ["REALTIME_BRIDGE_URL": self.url, "REALTIME_BRIDGE_API_KEY": self.folder.apiKey]
        return program
    }
}
