/// An HTTP server of another origin, with the files beside these tests.
enum FileServer {
    /// Runs the server beside the body, which gets its origin.
    static func run(_ body: (String) async throws -> Void) async throws {
        let program = Program(
            executable: "/usr/bin/python3",
            arguments: ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", ClientScript.folder]
        )
        try await program.run { program in
            let port = try await program.first("the port") { $0.firstMatch(of: /port (\d+)/).map { String($0.1) } }
            try await body("http://127.0.0.1:\(port)")
        }
    }
}
