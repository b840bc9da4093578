import Foundation
import Synchronization

/// A broker of MQTT 3.1.1 that answers CONNECT and nothing else: other versions are refused as `[MQTT-3.1.2-2]` says.
final class OldBroker: Sendable {
    private let listener: LocalPort
    private let seen = Mutex<[UInt8]>([])

    /// Starts a thread that serves until it has accepted a client and that client is gone.
    init() throws {
        self.listener = try LocalPort()
        Thread.detachNewThread { self.serve() }
    }

    var port: Int { self.listener.number }

    /// The protocol levels of the CONNECT packets so far.
    var levels: [UInt8] { self.seen.withLock { $0 } }

    private func serve() {
        var hasAccepted = false
        while !hasAccepted {
            let descriptor = self.listener.connection()
            guard descriptor >= 0 else { return }
            defer { _ = close(descriptor) }
            var packet = [UInt8](repeating: 0, count: 1_024)
            // Fixed header of two bytes, then the name `MQTT` with its length: the level is the ninth byte.
            guard read(descriptor, &packet, packet.count) > 8 else { continue }
            self.seen.withLock { $0.append(packet[8]) }
            hasAccepted = packet[8] == 4
            let answer: [UInt8] = [0x20, 0x02, 0x00, hasAccepted ? 0 : 1]
            _ = write(descriptor, answer, answer.count)
            while hasAccepted, read(descriptor, &packet, packet.count) > 0 {}
        }
    }
}
