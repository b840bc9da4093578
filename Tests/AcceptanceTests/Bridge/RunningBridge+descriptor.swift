import Foundation

#if os(Linux)
extension RunningBridge {
    /// The bridge's descriptor of its connection to a port of 127.0.0.1; see proc(5), `/proc/net/tcp`.
    func descriptor(ofConnectionTo port: Int) throws -> Int? {
        let folder = "/proc/\(self.program.processID)"
        let digits = String(port, radix: 16, uppercase: true)
        let remote = "0100007F:" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
        // String(contentsOfFile:) reads the first page only of a file that says that it is empty.
        let file = FileHandle(forReadingAtPath: folder + "/net/tcp")
        let table = String(decoding: try file?.readToEnd() ?? Data(), as: UTF8.self)
        let sockets = table.split(separator: "\n").map { $0.split(separator: " ") }
            .filter { $0.count > 9 && $0[2] == remote }.map { "socket:[\($0[9])]" }
        return try FileManager.default.contentsOfDirectory(atPath: folder + "/fd").first { name in
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/fd/\(name)")
            return link.map(sockets.contains) ?? false
        }.flatMap { Int($0) }
    }
}
#endif
