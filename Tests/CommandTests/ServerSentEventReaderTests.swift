import Testing

@testable import realtime_bridge

/// Server-sent events, however they are cut.
struct ServerSentEventReaderTests {
    private static let text = """
        : a comment
        event: open
        id: x@k3f9:1
        data: {"channels":[]}

        :

        id: x@k3f9:2\r
        data:{"seq":2}\r
        \r
        data: one
        data: two

        event: nothing

        data: rest
        """

    @Test(arguments: [1, 2, 3, 7, 1000])
    func messagesAreTheSameHoweverTheyAreCut(size: Int) throws {
        var reader = ServerSentEventReader()
        var messages: [ServerSentEventReader.Message] = []
        let bytes = Array(Self.text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            messages += try reader.read(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(
            messages == [
                .init(event: "open", data: Array(#"{"channels":[]}"#.utf8)),
                .init(data: Array(#"{"seq":2}"#.utf8)),
                .init(data: Array("one\ntwo".utf8)),
            ])
    }
}
