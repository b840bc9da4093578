import MQTTClient
import MQTTCodec
import NIOCore
import Realtime

/// Prints a channel's events, each once and in order, over as many connections as it takes.
struct Tail {
    /// The longest wait before a further attempt; each waits for a random part of what doubles up to it.
    private static let maximumDelay = Duration.seconds(10)

    let topic: String
    /// The last event printed, or told as lost.
    var position: Position?
    /// How many events are still to be printed.
    var remaining: Int

    private var hasConnected = false
    private var attempts = 0

    init(topic: String, position: Position?, remaining: Int) {
        self.topic = topic
        self.position = position
        self.remaining = remaining
    }

    /// Prints until there were enough events.
    ///
    /// - Throws: ``CommandFailure`` where the first connection fails, or the bridge refuses for good.
    mutating func run(with access: GrantedAccess) async throws {
        while self.remaining > 0 {
            do {
                try await access.withOneConnection { try await self.print(from: $0) }
            } catch let error as MQTTClientError {
                guard self.hasConnected, error.isRetriable else { throw CommandFailure("\(error)") }
                if self.attempts == 0 { StandardStream.error.write("the connection is lost: trying again") }
            }
            guard self.remaining > 0 else { return }
            let limit = min(Duration.milliseconds(250) * (1 << min(self.attempts, 10)), Self.maximumDelay)
            self.attempts += 1
            try await Task.sleep(for: limit * Double.random(in: 0...1))
        }
    }

    private mutating func print(from connection: MQTTConnection) async throws {
        var properties = Properties()
        if let position { properties.appendUserProperty("since", position.description) }
        let answer = try await connection.subscribe([self.topic], properties: properties)
        guard answer.reasons.allSatisfy({ !$0.isError }) else {
            guard self.hasConnected, answer.reasons == [.implementationSpecificError] else {
                throw CommandFailure("the bridge refused the subscription: \(answer.reasons)")
            }
            // Its log cannot be read at present.
            return
        }
        StandardStream.error.write(self.hasConnected ? "listening again" : "listening on \(self.topic)")
        self.hasConnected = true
        self.attempts = 0
        if answer.properties.userProperty("recovered") == Recovery.gap.rawValue {
            StandardStream.error.write("events are lost: they are no longer retained")
            // Whatever is retained follows, of another epoch perhaps.
            self.position = nil
        }
        for try await message in connection.messages where String(buffer: message.topic) == self.topic {
            guard try self.isNew(Array(message.payload.readableBytesView)) else { continue }
            StandardStream.output.write(message.payload.readableBytesView)
            self.remaining -= 1
            if self.remaining == 0 { return }
        }
    }

    /// Whether an event has not been printed yet; moves the position.
    private mutating func isNew(_ event: [UInt8]) throws -> Bool {
        let json = try JSONValue.parse(event, opaque: "payload")
        guard let epoch = json["epoch"]?.string.flatMap({ Epoch($0) }), let sequence = json["seq"]?.uint64 else {
            return true  // Not an event: the word that the right has ended.
        }
        if let position, position.epoch == epoch, sequence <= position.sequence { return false }
        self.position = Position(epoch: epoch, sequence: sequence)
        return true
    }
}
