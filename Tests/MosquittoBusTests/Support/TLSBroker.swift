import Foundation
import Subprocess

@testable import MosquittoBus

/// A mosquitto that speaks TLS as `localhost`, with a certificate of the test's own making.
enum TLSBroker {
    /// Runs the broker for the time of the body, which gets its port and the certificate to trust.
    static func run(_ body: (Int, String) async throws -> Void) async throws {
        try await TestBroker.withDirectory { root in
            let port = try LocalPort.free()
            _ = try await Subprocess.run(
                .name("openssl"),
                arguments: [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", root + "/key.pem", "-out", root + "/cert.pem",
                ],
                output: .discarded
            )
            let configuration = """
                listener \(port) localhost
                allow_anonymous true
                certfile \(root)/cert.pem
                keyfile \(root)/key.pem
                log_dest stderr
                log_timestamp false
                """
            let path = root + "/mosquitto.conf"
            try (configuration + (geteuid() == 0 ? "\nuser root\n" : "\n")).write(
                toFile: path, atomically: true, encoding: .utf8
            )
            _ = try await Subprocess.run(
                .name("mosquitto"),
                arguments: ["-c", path],
                environment: .inherit.updating(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]),
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                var output = BrokerOutput()
                for try await line in execution.standardError.strings() {
                    if output.read(line.trimmingCharacters(in: .newlines)) == .ready {
                        try await body(port, root + "/cert.pem")
                        try execution.send(signal: .terminate)
                    }
                }
            }
        }
    }
}
