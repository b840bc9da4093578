import NIOCore
import Testing

@testable import Edge

@Suite struct HandshakeHeadTests {
    private func end(_ text: String) -> Int? {
        HandshakeHead.end(in: ByteBuffer(string: text).readableBytesView)
    }

    @Test(
        arguments: [
            ("", nil), ("GET / HTTP/1.1\r\n", nil), ("a\r\n\r\n", 5), ("a\n\n", 3), ("a\r\nb: c\r\n\r\nrest", 11),
            ("a\r\n \r\n", nil), ("a\r\n\r", nil),
        ] as [(String, Int?)])
    func endsBehindTheEmptyLine(text: String, end: Int?) {
        #expect(self.end(text) == end)
    }

    @Test func fieldsAreFoundAmongMany() throws {
        let lines = (0..<10_000).map { "x-\($0): y\r\n" }.joined()
        let head = Array("GET / HTTP/1.1\r\n\(lines)wanted: here\r\n\r\n".utf8)
        let fields = try #require(HTTPFields(head: head[...], names: [Array("wanted".utf8)]))
        #expect(fields.single(Array("wanted".utf8))?.elementsEqual("here".utf8) == true)
    }
}
