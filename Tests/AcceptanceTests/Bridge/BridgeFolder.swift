import Foundation

/// A data folder as `init` makes it, with settings for tests added, and the ports that its bridge listens on.
struct BridgeFolder {
    /// A key that signs grants.
    struct GrantKey {
        let kid: String
        let algorithm: String
        /// Base64: the secret, or the seed of an Ed25519 key.
        let key: String
    }

    let path: String
    let ports: Ports
    /// An API key with all roles, printed by `init`.
    let apiKey: String
    /// The secret that `init` has made for clients and devices.
    let clientKey: GrantKey

    /// An Ed25519 key that may sign for clients only: the first test vector of RFC 8032, section 7.1.
    static let edwardsKey = GrantKey(kid: "e1", algorithm: "EdDSA", key: "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    static let edwardsPublicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    /// API keys that may less; `bridge.yaml` has their SHA-256.
    static let quizKey = "key-of-quiz"
    static let grantingKey = "key-of-grants"

    /// A component with an area for each way to keep events.
    private static let board = """
          mod_board:
            areas:
              short: { retention: { events: 5 } }
              long: { retention: { time: 1h, events: 100000 } }
              latest: { retain: last }
              granted: { history: grant }

        """

    /// Makes a folder for the time of the body.
    static func with(origins: [String] = [], _ body: (BridgeFolder) async throws -> Void) async throws {
        try await TemporaryFolder.with { parent in
            try await body(try await BridgeFolder(path: parent + "/data", origins: origins))
        }
    }

    private init(path: String, origins: [String]) async throws {
        self.path = path
        self.ports = try Ports()
        let outcome = try await BridgeExecutable.program(["init", "--data", path, "--json"]).finish()
        let answer = try? JSON(parsing: outcome.output)
        self.apiKey = try BridgeError.require(answer?["api_key"]?.string, "init: no API key; \(outcome.errors)")
        let file = path + "/bridge.yaml"
        var yaml = try String(contentsOfFile: file, encoding: .utf8)
        let secret = try BridgeError.require(
            yaml.firstMatch(of: /kid: k1, alg: HS256, secret: ([^,\s]+),/)?.1,
            "init: no key k1"
        )
        self.clientKey = GrantKey(kid: "k1", algorithm: "HS256", key: String(secret))
        try yaml.replaceOnce("origins: []", with: "origins: [\(origins.joined(separator: ", "))]")
        try yaml.replaceOnce(
            "api_keys:\n",
            with: """
                    - { kid: e1, alg: EdDSA, public: \(Self.edwardsPublicKey), roles: [client] }
                api_keys:
                  - name: quiz
                    sha256: 56fb4a3926e73fdb61c8ed4ccd48b32777a7422c988a43f1b2c2c43d7d640b2e
                    roles: [grant, notify]
                    components: [mod_quiz]
                  - name: grants
                    sha256: c47466e15376b1fd0b697f4cc32d423ea4d45353907798f5dd2f4ffbe1f66f82
                    roles: [grant]

                """
        )
        try yaml.replaceOnce(
            "  mod_quiz: {}\n",
            with: "  mod_quiz: {}\n  mod_chat: { areas: { room: {} } }\n" + Self.board
        )
        try yaml.write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// The API of whatever bridge runs on the folder, with all roles.
    var api: API { API(url: self.url, key: self.apiKey) }

    var url: String { "http://127.0.0.1:\(self.ports.http)" }

    /// Changes what `bridge.yaml` says.
    func configure(_ text: String, to other: String) throws {
        let file = self.path + "/bridge.yaml"
        var yaml = try String(contentsOfFile: file, encoding: .utf8)
        try yaml.replaceOnce(text, with: other)
        try yaml.write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// Has pages reach the bridge at another address, that of a proxy.
    func publish(at url: String) throws {
        try self.configure("# public_url: https://realtime.example.org", to: "public_url: \(url)")
    }

    /// Has `bridge.yaml` itself name the ports, for programs without options for them.
    func listen() throws {
        try self.configure(
            "127.0.0.1:8080, mqtt: 127.0.0.1:1884",
            to: "127.0.0.1:\(self.ports.http), mqtt: 127.0.0.1:\(self.ports.mqtt)")
        try self.configure("listen: 127.0.0.1:1885", to: "listen: 127.0.0.1:\(self.ports.broker)")
    }

    /// Runs a bridge on the folder for the time of the body, which begins when the bridge answers.
    ///
    /// The shell's limits hold for it, if some are given, such as `ulimit -n 512`. With `roots`, a folder, it sees that as
    /// `/etc/ssl/certs`, which takes root.
    func serve(
        brokerAddress: String? = nil,
        limits: String? = nil,
        roots: String? = nil,
        _ body: (RunningBridge) async throws -> Void
    ) async throws {
        let arguments = [
            "serve", "--data", self.path, "--http", "127.0.0.1:\(self.ports.http)",
            "--mqtt", "127.0.0.1:\(self.ports.mqtt)",
            "--broker", brokerAddress ?? "127.0.0.1:\(self.ports.broker)",
        ]
        var program = try BridgeExecutable.program(arguments)
        // Webhooks are called without a proxy, whatever the environment says.
        program.environment = Dictionary(
            uniqueKeysWithValues: ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"].map {
                ($0, "http://127.0.0.1:9")
            })
        if let limits {
            let limited = "\(limits) && exec \"$0\" \"$@\""
            program = Program(executable: "/bin/sh", arguments: ["-c", limited, program.executable] + arguments)
        }
        if let roots {
            let mounted = "mount --bind \"$0\" /etc/ssl/certs && exec \"$@\""
            program.arguments = ["--mount", "/bin/sh", "-c", mounted, roots, program.executable] + program.arguments
            program.executable = "/usr/bin/unshare"
        }
        try await program.run { program in
            let bridge = RunningBridge(folder: self, program: program)
            try await program.reporting {
                try await Deadline.poll("the bridge answers") {
                    (try? await bridge.api.get("/healthz"))?.status == 200
                }
            }
            try await body(bridge)
        }
    }
}

extension String {
    /// Replaces what `init` is known to write; a change there shall not pass unnoticed.
    fileprivate mutating func replaceOnce(_ text: String, with other: String) throws {
        let range = try BridgeError.require(self.range(of: text), "init: bridge.yaml has no \(text)")
        self.replaceSubrange(range, with: other)
    }
}
