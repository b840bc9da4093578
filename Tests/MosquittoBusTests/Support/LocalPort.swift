import Foundation

/// A listening TCP socket on 127.0.0.1.
///
/// Its port lies below those that systems give to outgoing connections, so that nobody takes it once it is let go.
struct LocalPort: ~Copyable {
    let number: Int
    private let descriptor: Int32

    init() throws {
        for _ in 0..<100 {
            if let port = try? LocalPort(number: Int.random(in: 2000..<15_000)) {
                self = port
                return
            }
        }
        throw POSIXError(.EADDRINUSE)
    }

    private init(number: Int) throws {
        #if canImport(Glibc)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(number).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 1) == 0
            }
        }
        guard descriptor >= 0, isListening else {
            if descriptor >= 0 { _ = close(descriptor) }
            throw POSIXError(.EADDRINUSE)
        }
        self.descriptor = descriptor
        self.number = number
    }

    deinit {
        _ = close(self.descriptor)
    }

    /// Waits for a connection; its descriptor is the caller's to close.
    func connection() -> Int32 {
        accept(self.descriptor, nil, nil)
    }

    /// A port that was free a moment ago.
    static func free() throws -> Int {
        try LocalPort().number
    }
}
