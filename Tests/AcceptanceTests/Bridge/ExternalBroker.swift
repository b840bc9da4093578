import Foundation

/// A mosquitto with the configuration of `broker/mosquitto`, on ports of its own and with its files in a folder.
struct ExternalBroker {
    /// The accounts and their passwords; the bridge's has characters that an URL must not show as they are.
    static let passwords = [
        "bridge": "b p@ss/w+rd#%1", "service": "the password of service", "reader": "the password of reader",
    ]

    private static let configurations = URL(fileURLWithPath: ClientScript.folder)
        .appendingPathComponent("../../../broker/mosquitto").standardized.path

    let folder: String
    /// Of the listener in the clear.
    let port: Int
    /// Of the listener with TLS.
    let tlsPort: Int

    /// The certificate to trust.
    var certificate: String { self.folder + "/certs/fullchain.pem" }

    /// Writes the broker's files for the time of the body; nothing runs yet.
    static func with(_ body: (ExternalBroker) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let broker = ExternalBroker(folder: folder, port: try Ports().broker, tlsPort: try Ports().broker)
            try await broker.writeConfiguration()
            try await broker.writePasswords()
            try await broker.writeCertificate()
            try await body(broker)
        }
    }

    /// The URL for `bridge.yaml`.
    func url(password: String? = Self.passwords["bridge"], isTLS: Bool = false) -> String {
        let encoded = password?.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return isTLS
            ? "mqtts://bridge:\(encoded)@127.0.0.1:\(self.tlsPort)" : "mqtt://bridge:\(encoded)@127.0.0.1:\(self.port)"
    }

    /// Runs the broker beside the body.
    func run(_ body: () async throws -> Void) async throws {
        let mosquitto = Program(executable: "/usr/sbin/mosquitto", arguments: ["-c", self.folder + "/mosquitto.conf"])
        try await mosquitto.run { program in
            try await program.line(containing: " running")
            try await body()
        }
    }

    private func writeConfiguration() async throws {
        var text = try String(contentsOfFile: Self.configurations + "/mosquitto.conf", encoding: .utf8)
        for (setting, other) in [
            ("/etc/mosquitto/", self.folder + "/"), ("#tls ", ""),
            ("listener 1883 127.0.0.1\n", "listener \(self.port) 127.0.0.1\n"),
            ("listener 8883\n", "listener \(self.tlsPort) 127.0.0.1\n"),
        ] {
            guard text.contains(setting) else { throw BridgeError(description: "mosquitto.conf has no \(setting)") }
            text = text.replacing(setting, with: other)
        }
        // mosquitto as root would become the user `mosquitto`, who may not read the test's files.
        if geteuid() == 0 { text += "user root\n" }
        try text.write(toFile: self.folder + "/mosquitto.conf", atomically: false, encoding: .utf8)
        try FileManager.default.copyItem(atPath: Self.configurations + "/acl", toPath: self.folder + "/acl")
    }

    private func writePasswords() async throws {
        let path = self.folder + "/passwd"
        let lines = Self.passwords.map { "\($0):\($1)\n" }.joined()
        try lines.write(toFile: path, atomically: false, encoding: .utf8)
        try await Self.finish("/usr/bin/mosquitto_passwd", ["-U", path])
    }

    private func writeCertificate() async throws {
        let certificates = self.folder + "/certs"
        try FileManager.default.createDirectory(atPath: certificates, withIntermediateDirectories: true)
        try await Self.finish(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", certificates + "/privkey.pem", "-out", self.certificate,
            ]
        )
    }

    private static func finish(_ executable: String, _ arguments: [String]) async throws {
        let outcome = try await Program(executable: executable, arguments: arguments).finish()
        guard outcome.status == 0 else { throw BridgeError(description: outcome.errors) }
    }
}
