/// The browser client as it is served: its modules joined into one file.
enum BrowserClient {
    /// The modules, each behind those that it imports.
    private static let modules: [[UInt8]] = [
        PackageResources.kinds_js, PackageResources.limits_js, PackageResources.reasons_js, PackageResources.values_js,
        PackageResources.packets_js, PackageResources.PacketReader_js, PackageResources.EventStreamParser_js,
        PackageResources.positions_js, PackageResources.Channel_js,
        PackageResources.Timers_js, PackageResources.MQTTTransport_js,
        PackageResources.HTTPCall_js, PackageResources.HTTPSender_js, PackageResources.Leg_js,
        PackageResources.StreamLeg_js, PackageResources.PollLeg_js, PackageResources.HTTPTransport_js,
        PackageResources.links_js, PackageResources.Upgrade_js, PackageResources.Connection_js,
        PackageResources.Emitter_js, PackageResources.Channels_js, PackageResources.Grants_js,
        PackageResources.Messages_js, PackageResources.PageLife_js, PackageResources.Client_js,
        PackageResources.connect_js, PackageResources.realtime_js,
    ]

    /// The ES module: the modules without the lines that import, and without `export` but in the last one's last line.
    static let module = ServedFile(
        name: "realtime.js", type: javascript,
        content: Array("\(Self.source)\n\(Self.export)\n".utf8))

    /// The same as a plain script that defines the global `Realtime`.
    static let script = ServedFile(
        name: "realtime.global.js", type: javascript,
        content: Array("(() => {\n'use strict';\n\(Self.source)\nglobalThis.Realtime = \(Self.names);\n})();\n".utf8))

    /// The declarations for TypeScript.
    static let declarations = ServedFile(
        name: "realtime.d.ts", type: "text/plain; charset=utf-8", content: PackageResources.realtime_d_ts)

    /// All files.
    static let files = [module, script, declarations]

    /// What names these contents in paths, and no others: 16 characters.
    static let version = ServedFile.digest(of: files.flatMap(\.content)).prefix(16).lowercased()

    private static let javascript = "text/javascript; charset=utf-8"
    private static let exportKeyword = "export "

    private static let lines: [Substring] = modules.flatMap { module in
        String(decoding: module, as: UTF8.self).split(separator: "\n")
    }

    /// Everything but imports and exports.
    private static let source: String = lines.lazy
        .filter { !$0.hasPrefix("import ") && !$0.hasPrefix("export {") }
        .map { $0.hasPrefix(exportKeyword) ? $0.dropFirst(exportKeyword.count) : $0 }
        .joined(separator: "\n")

    /// The one statement that exports.
    private static let export: Substring = lines.last { $0.hasPrefix("export {") } ?? ""

    /// The names that it exports, in braces.
    private static let names = export.dropFirst(exportKeyword.count).prefix { $0 != ";" }
}
