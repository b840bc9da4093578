import Foundation
import Synchronization

/// TCP ports of 127.0.0.1 that nobody listens on.
///
/// They lie below those that systems give to outgoing connections, and none is given twice: nobody takes one between
/// its choice and its use.
struct Ports {
    let http: Int
    let mqtt: Int
    let broker: Int

    private static let given = Mutex<Set<Int>>([])

    init() throws {
        self.http = try Self.free()
        self.mqtt = try Self.free()
        self.broker = try Self.free()
    }

    private static func free() throws -> Int {
        for _ in 0..<1000 {
            let port = Int.random(in: 15000..<30000)
            let isNew = self.given.withLock { $0.insert(port).inserted }
            if isNew, self.canListen(on: port) { return port }
        }
        throw POSIXError(.EADDRINUSE)
    }

    private static func canListen(on port: Int) -> Bool {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
