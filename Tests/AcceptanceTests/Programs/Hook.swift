/// A running `hook.py`.
struct Hook {
    let port: Int
    /// `http`, or `https` where it has a certificate.
    let scheme: String
    let program: RunningProgram

    /// Runs a webhook beside the body, on a port that it may have had before, with TLS where it is given a certificate.
    static func run(
        port: Int? = nil,
        certificate: Certificate? = nil,
        _ body: (Hook) async throws -> Void
    ) async throws {
        var script = ClientScript.python("hook.py")
        if port != nil || certificate != nil { script.arguments.append("\(port ?? 0)") }
        if let certificate { script.arguments += [certificate.chain, certificate.key] }
        try await script.run { program in
            let listening = try await Self.next("listening", of: program)
            let port = try BridgeError.require(listening["port"]?.int, "no port")
            try await body(Hook(port: Int(port), scheme: certificate == nil ? "http" : "https", program: program))
        }
    }

    var url: String { self.url(host: self.scheme == "http" ? "127.0.0.1" : "localhost") }

    func url(host: String) -> String { "\(self.scheme)://\(host):\(self.port)" }

    /// Settings of `callback` or `ingest` that name this webhook.
    var setting: String { Self.setting(url: self.url) }

    static func setting(url: String) -> String {
        "{ webhook: { url: \"\(url)/\", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw } }"
    }

    /// Waits for the next request that it was sent.
    func request() async throws -> JSON {
        try await Self.next("request", of: self.program)
    }

    private static func next(_ kind: String, of program: RunningProgram) async throws -> JSON {
        try await program.first("the hook's \(kind)") { line in
            guard let seen = try? JSON(parsing: line), seen["seen"]?.string == kind else { return nil }
            return seen
        }
    }
}
