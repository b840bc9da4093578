import ArgumentParser
import Foundation

/// Which bridge a client command talks to.
struct ServerOptions: ParsableArguments {
    @Option(help: "The bridge, as http://HOST:PORT; else REALTIME_BRIDGE_URL.")
    var url: String?

    @Option(help: "An API key; else REALTIME_BRIDGE_API_KEY.")
    var apiKey: String?

    @Flag(help: "Print JSON for programs.")
    var json = false

    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        guard let key = self.apiKey ?? environment["REALTIME_BRIDGE_API_KEY"] else {
            throw ValidationError("an API key is needed: --api-key or REALTIME_BRIDGE_API_KEY")
        }
        let url = self.url ?? environment["REALTIME_BRIDGE_URL"] ?? "http://127.0.0.1:8080"
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ValidationError("--url must begin with http:// or https://")
        }
        return APIClient(url: url.hasSuffix("/") ? String(url.dropLast()) : url, key: key)
    }
}
