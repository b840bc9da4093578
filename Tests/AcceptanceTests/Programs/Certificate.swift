/// A certificate for `localhost` by an authority of the test's own making.
struct Certificate {
    let chain: String
    let key: String
    /// A folder to stand in for `/etc/ssl/certs`: the authority is all that it trusts.
    let roots: String

    /// Makes the authority and the certificate in a folder.
    init(in folder: String) async throws {
        self.chain = folder + "/cert.pem"
        self.key = folder + "/key.pem"
        self.roots = folder + "/roots"
        let authority = self.roots + "/ca-certificates.crt"
        let authorityKey = folder + "/authority-key.pem"
        let make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        try await Self.run("mkdir", [self.roots])
        try await Self.run(
            "openssl", make + ["-subj", "/CN=authority", "-keyout", authorityKey, "-out", authority])
        try await Self.run(
            "openssl",
            make + ["-CA", authority, "-CAkey", authorityKey, "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-keyout", self.key, "-out", self.chain])
    }

    private static func run(_ executable: String, _ arguments: [String]) async throws {
        let outcome = try await Program(executable: executable, arguments: arguments).finish()
        guard outcome.status == 0 else { throw BridgeError(description: "\(executable): \(outcome.errors)") }
    }
}
