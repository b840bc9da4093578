public import MQTTCodec

/// The messages that come over one connection.
///
/// Several iterators share them: each message goes to one. Throws `MQTTClientError` once the connection is lost, ends
/// once it was closed from this side.
public struct MQTTMessages: AsyncSequence, Sendable {
    /// A received message.
    public typealias Element = Publish

    let connection: MQTTConnection

    /// Makes an iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(connection: connection)
    }

    /// Takes one message after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let connection: MQTTConnection

        /// The next message; see `MQTTConnection.nextMessage()`.
        public mutating func next() async throws -> Publish? {
            try await connection.nextMessage()
        }
    }
}
