/// An application's server of another origin than the bridge: it has pages, and asks for its users' grants
/// (`application.py`).
struct ApplicationServer {
    let origin: String
    private let program: RunningProgram

    /// Runs the server beside the body.
    static func run(_ body: (ApplicationServer) async throws -> Void) async throws {
        try await ClientScript.python("application.py").run { program in
            let port = try await program.first("the application's port") { line in
                (try? JSON(parsing: line))?["port"]?.int
            }
            try await body(ApplicationServer(origin: "http://127.0.0.1:\(port)", program: program))
        }
    }

    /// Says which bridge to ask, and for what; returns the first grant of that kind.
    func grants(of folder: BridgeFolder, _ request: JSON) async throws -> Grant {
        let bridge: JSON = ["url": .string(folder.url), "key": .string(folder.apiKey), "request": request]
        try await self.program.write(bridge.text)
        try await self.program.line(containing: #""seen": "bridge""#)
        let answer = try await API(url: self.origin, key: nil).post("/grant", [:])
        return try Grant(user: request["user"]?.string ?? "", answer: answer.body)
    }
}
