import NIOCore

@testable import Edge

/// A client's handshake: nothing of it gets into the answer, and only one that is whole is accepted.
enum HandshakeFuzzing {
    private static let handshake = WebSocketHandshake(origins: ["https://www.example.org"])
    /// The longest head that is looked at.
    private static let limit = 8192

    static func run(_ input: inout FuzzInput) {
        var bytes = input.rest()
        let view = ByteBuffer(bytes: bytes).readableBytesView
        if let end = HandshakeHead.end(in: view.prefix(limit)) {
            precondition(HandshakeHead.end(in: view[..<(end - 1)]) == nil, "the head ends where it first can")
            bytes = Array(view[..<end])
        }
        let answer = handshake.answer(to: bytes[...])
        precondition(answer == handshake.answer(to: ([0x0A] + bytes).dropFirst()), "the place in memory is no matter")
        switch answer {
        case .accept(let response):
            check(response, status: " 101 ", body: 0...0)
            precondition(bytes.count > 120, "what a handshake needs is not that short")
        case .refuse(let response, let origin):
            check(response, status: " 4", body: 2...1024)
            precondition(origin?.name.utf8.allSatisfy { (0x21...0x7E).contains($0) } != false, "a line of the log")
        }
    }

    /// A response has one head of printable lines, and the body that it announces.
    private static func check(_ response: String, status: String, body: ClosedRange<Int>) {
        let bytes = Array(response.utf8)
        precondition(bytes.starts(with: ("HTTP/1.1" + status).utf8), "the status is the answer's")
        guard let end = HandshakeHead.end(in: ByteBuffer(bytes: bytes).readableBytesView) else {
            preconditionFailure("a response has a head")
        }
        precondition(body.contains(bytes.count - end), "a body where there is one")
        precondition(!bytes[end...].contains(0x0A), "one head")
        precondition(bytes.allSatisfy { $0 == 0x0D || $0 == 0x0A || (0x20...0x7E).contains($0) }, "text only")
        precondition(bytes.count { $0 == 0x0A } == bytes.count { $0 == 0x0D }, "whole line ends")
    }
}
