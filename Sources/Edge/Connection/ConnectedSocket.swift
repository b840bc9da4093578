import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A connection's socket, written to past its channel.
///
/// A channel's pipeline and queue cost several times what the system takes to send a small event. They are needed where
/// the socket takes no more; as long as it does, and the channel holds nothing back, the order of bytes is the same.
struct ConnectedSocket {
    private let descriptor: CInt

    /// Finds the socket of a channel; nil where it has none, as in tests.
    ///
    /// It may be used until the channel becomes inactive, on the channel's event loop, and only by the one handler whose
    /// bytes leave as they are.
    init?(_ context: ChannelHandlerContext) {
        let operations = context.pipeline.syncOperations
        let descriptor = try? operations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        guard let descriptor else { return nil }
        self.descriptor = descriptor
    }

    /// Sends bytes (`send(2)`).
    ///
    /// - Returns: How many the socket has taken; 0 also where it is broken, which the channel will find out.
    func send(_ bytes: ByteBuffer) -> Int {
        bytes.withUnsafeReadableBytes { pointer in
            #if canImport(Glibc)
            let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
            return max(Glibc.send(self.descriptor, pointer.baseAddress, pointer.count, flags), 0)
            #else
            return max(Darwin.send(self.descriptor, pointer.baseAddress, pointer.count, MSG_DONTWAIT), 0)
            #endif
        }
    }
}
