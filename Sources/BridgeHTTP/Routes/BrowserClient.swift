/// The browser client as it is served.
enum BrowserClient {
    /// The ES module.
    static let module: [UInt8] = PackageResources.realtime_js

    /// The same as a plain script that defines the global `Realtime`.
    ///
    /// The module's last statement is its one `export { … };`: what it names becomes the global's members.
    static let script: [UInt8] = {
        let source = String(decoding: BrowserClient.module, as: UTF8.self)
        guard let export = source.range(ofLast: "\nexport {") else { return [] }
        let names = source[export.upperBound...].prefix { $0 != "}" }
        return Array(
            "(() => {\n'use strict';\n\(source[..<export.lowerBound])\nglobalThis.Realtime = {\(names)};\n})();\n".utf8)
    }()
}

extension String {
    /// The range of the last occurrence of a piece of ASCII text.
    fileprivate func range(ofLast piece: String) -> Range<String.Index>? {
        let pattern = Array(piece.utf8)
        var end = self.utf8.endIndex
        while let start = self.utf8.index(end, offsetBy: -pattern.count, limitedBy: self.utf8.startIndex) {
            if self.utf8[start..<end].elementsEqual(pattern) { return start..<end }
            guard end > self.utf8.startIndex else { return nil }
            end = self.utf8.index(before: end)
        }
        return nil
    }
}
