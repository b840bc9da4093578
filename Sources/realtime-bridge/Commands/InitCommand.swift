import ArgumentParser
import Realtime
import RealtimeBridge

/// `init`: makes a folder with a configuration and random keys.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a data folder: a configuration, random keys, and one API key that is printed once."
    )

    @Option(help: "The folder; it is made, and must not hold a bridge.yaml yet.")
    var data: String

    @Option(help: "The site's name.")
    var site = "demo"

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() throws {
        let site: SiteName
        do {
            site = try SiteName(self.site)
        } catch {
            throw ValidationError("--site: \(error)")
        }
        let created: DataDirectory.Created
        do {
            created = try DataDirectory(path: self.data).create(site: site)
        } catch {
            throw CommandFailure("\(error)")
        }
        if self.json {
            var writer = JSONWriter()
            writer.object { object in
                object.key("api_key")
                object.string(created.apiKey)
                object.key("config")
                object.string(created.configurationPath)
            }
            StandardStream.output.write(writer.bytes)
        } else {
            StandardStream.output.write(
                """
                Configuration: \(created.configurationPath)
                API key:       \(created.apiKey)

                The API key has all roles and is not shown again. Next:

                  realtime-bridge serve --data \(self.data)
                """
            )
        }
    }
}
