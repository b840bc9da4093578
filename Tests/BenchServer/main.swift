// The bridge of a data folder with closures for what is measured: `mod_quiz` answers with the message, `mod_hang` never.
// Arguments: the folder, HOST:PORT for HTTP, HOST:PORT for MQTT.
import Logging
import RealtimeBridge
import ServiceLifecycle
import UnixSignals

var configuration = try DataDirectory(path: CommandLine.arguments[1]).load()
configuration.listen.http = try Configuration.address(CommandLine.arguments[2])
configuration.listen.mqtt = try Configuration.address(CommandLine.arguments[3])
configuration.broker = .none

LoggingSystem.bootstrap { label in
    var handler = StreamLogHandler.standardError(label: label)
    handler.logLevel = .warning
    return handler
}
let logger = Logger(label: "bench-server")
let bridge = try Bridge(configuration, logger: logger)
try bridge.component("mod_quiz") { request in request.payload }
try bridge.component("mod_hang") { request in
    try await Task.sleep(for: .seconds(3600))
    return request.payload
}
try await ServiceGroup(services: [bridge], gracefulShutdownSignals: [.sigterm], logger: logger).run()
