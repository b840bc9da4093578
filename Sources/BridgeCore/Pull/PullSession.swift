import Realtime

/// The channels that one poll or stream reads.
public struct PullSession: Sendable {
    /// How long somebody waits whose read failed, or brought nothing.
    private static let pause = Duration.milliseconds(500)

    var parts: [Result<ChannelPull, PullRefusal>]
    /// When the rights end, in Unix seconds.
    public let expiresAt: Int64
    let ticket: PullTicket
    let service: PullService
    /// Where the next look for something to read begins, so that no channel takes the others' turn.
    var turn = 0

    init(parts: [Result<ChannelPull, PullRefusal>], expiresAt: Int64, ticket: PullTicket, service: PullService) {
        self.parts = parts
        self.expiresAt = expiresAt
        self.ticket = ticket
        self.service = service
    }

    /// What ends the reading early, where the peer goes.
    public var waiter: Waiter { self.ticket.waiter }

    /// How long the rights hold.
    var timeLeft: Duration { .milliseconds(max(self.expiresAt * 1000 - self.service.now(), 0)) }

    var isExpired: Bool { self.timeLeft <= .zero }

    /// Takes note of what was committed.
    mutating func wake(_ channels: Set<ChannelHash>) {
        for index in self.parts.indices {
            guard case .success(var pull) = self.parts[index], channels.contains(pull.channel) else { continue }
            pull.wake()
            self.parts[index] = .success(pull)
        }
    }

    /// Lets a moment go by where a read would not bring anything now; ends early by cancellation.
    func rest() async {
        try? await Task.sleep(for: Self.pause)
    }
}
