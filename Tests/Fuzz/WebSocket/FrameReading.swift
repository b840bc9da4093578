import NIOCore

@testable import Edge

/// What a decoder made of a client's frames, to be compared between two ways of feeding it.
struct FrameReading: Equatable {
    /// A control frame and how much data came before it.
    struct Control: Equatable {
        let event: WebSocketDecoder.Event
        let offset: Int
    }

    private(set) var controls: [Control] = []
    private(set) var data = ByteBuffer()
    private(set) var failure: WebSocketDecoder.Failure?

    /// Reads frames that arrive in pieces, up to a close frame.
    init(_ pieces: [ArraySlice<UInt8>]) {
        var decoder = WebSocketDecoder()
        var buffer = ByteBuffer()
        do throws(WebSocketDecoder.Failure) {
            for piece in pieces {
                buffer.writeBytes(piece)
                while let event = try decoder.next(from: &buffer, to: &data) {
                    if event == .data { continue }
                    controls.append(Control(event: event, offset: data.readableBytes))
                    if case .close = event { return }
                }
            }
        } catch {
            failure = error
        }
    }
}
