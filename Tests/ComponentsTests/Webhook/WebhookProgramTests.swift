import Components
import Foundation
import NIOCore
import NIOPosix
import Realtime
import Subprocess
import Testing

/// The examples, run by their own languages, and a TLS server of another make.
@Suite(.timeLimit(.minutes(1)), .serialized) struct WebhookProgramTests {
    private static let php = WebhookProgram(executable: "php") { port in
        ["-S", "127.0.0.1:\(port)", WebhookProgram.example("webhook-php/hook.php")]
    }
    private static let python = WebhookProgram(executable: "python3") { port in
        [WebhookProgram.example("webhook-python/hook.py"), "\(port)"]
    }
    private static let other = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 24))

    @Test func phpTakesOurSignature() async throws {
        #expect(try await Self.php.outcome() == .reply(#"{"received":{"a":1},"user":"42"}"#))
    }

    @Test func phpRefusesAnother() async throws {
        #expect(try await Self.php.outcome(secret: Self.other) == .failed(.status, status: 401))
    }

    @Test func pythonTakesOurSignature() async throws {
        #expect(try await Self.python.outcome() == .reply(#"{"received": {"a": 1}, "user": "42"}"#))
    }

    @Test func pythonRefusesAnother() async throws {
        #expect(try await Self.python.outcome(secret: Self.other) == .failed(.status, status: 401))
    }

    @Test func aCertificateThatNobodySignedIsRefused() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "webhook-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                "-keyout", "\(folder)/key", "-out", "\(folder)/certificate", "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1",
            ],
            output: .discarded,
            error: .discarded
        )
        #expect(made.terminationStatus.isSuccess)
        let server = WebhookProgram(executable: "python3") { port in
            ["-c", Self.tlsServer, "\(folder)/certificate", "\(folder)/key", "\(port)"]
        }
        #expect(try await server.outcome(scheme: "https") == .failed(.tls, status: nil))
    }

    /// Answers every request on TLS, so that only the certificate can be what is refused.
    private static let tlsServer = """
        import http.server, ssl, sys
        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.send_response(204)
                self.end_headers()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[3])), Hook)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()
        """
}
