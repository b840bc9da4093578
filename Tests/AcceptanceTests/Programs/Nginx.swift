import Foundation

/// Debian's nginx with its defaults and the configuration of `examples/nginx`, on a port of its own and with its files in
/// a folder.
enum Nginx {
    /// Runs nginx beside the body, which gets its URL, in front of a port that somebody may listen on later.
    static func run(to target: Int, _ body: (String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let port = try Ports().http
            let example = ClientScript.folder + "/../../../examples/nginx/realtime.conf"
            var server = try String(contentsOfFile: example, encoding: .utf8)
            for (text, other) in [
                ("listen 80;", "listen 127.0.0.1:\(port);"), ("http://127.0.0.1:8080;", "http://127.0.0.1:\(target);"),
            ] {
                guard server.contains(text) else { throw BridgeError(description: "the example has no \(text)") }
                server.replace(text, with: other)
            }
            try server.write(toFile: folder + "/realtime.conf", atomically: false, encoding: .utf8)
            // Where files lie; nothing that changes what nginx does.
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
            let main = """
                daemon off; pid \(folder)/nginx.pid; error_log stderr;
                events {}
                http { access_log off; \(temporary) include \(folder)/realtime.conf; }
                """
            try main.write(toFile: folder + "/nginx.conf", atomically: false, encoding: .utf8)
            let program = Program(
                executable: "/usr/sbin/nginx",
                arguments: ["-e", "stderr", "-p", folder, "-c", folder + "/nginx.conf"]
            )
            try await program.run { program in
                let url = "http://127.0.0.1:\(port)"
                try await program.reporting {
                    try await Deadline.poll("nginx answers") {
                        (try? await API(url: url, key: nil).get("/metrics"))?.status == 403
                    }
                }
                try await body(url)
            }
        }
    }
}
