import Realtime
import Synchronization

/// What one reader of the log waits on: that its channels have something new, that time is up, that nobody listens.
///
/// It keeps what happened and no event, so that it is as large however slow its reader is. One task waits at a time.
public final class Waiter: Sendable {
    /// What has happened since the reader last asked.
    struct News: Sendable {
        /// Channels that something was committed to.
        var channels: Set<ChannelHash> = []
        /// It is time to look at the clock.
        var isTick = false
        /// There is nobody to read for any more.
        var isOver = false

        var isEmpty: Bool { self.channels.isEmpty && !self.isTick && !self.isOver }
    }

    private struct State: Sendable {
        var news = News()
        var continuation: CheckedContinuation<News, Never>?
    }

    private let state = Mutex(State())

    init() {}

    /// Something was committed to a channel.
    func wake(_ channel: ChannelHash) {
        self.note { $0.channels.insert(channel) }
    }

    /// Has the reader look at the clock.
    func tick() {
        self.note { $0.isTick = true }
    }

    /// Has the reader end: the peer has gone, or the bridge is shutting down.
    public func end() {
        self.note { $0.isOver = true }
    }

    /// Whether there is nobody to read for any more.
    var isOver: Bool { self.state.withLock { $0.news.isOver } }

    /// Waits until something has happened, and takes it; the end stays.
    ///
    /// Cancellation is the end.
    func next() async -> News {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let news: News? = self.state.withLock { state in
                    if let news = Self.take(&state) { return news }
                    state.continuation = continuation
                    return nil
                }
                if let news { continuation.resume(returning: news) }
            }
        } onCancel: {
            self.end()
        }
    }

    private func note(_ change: (inout News) -> Void) {
        let waiting: (CheckedContinuation<News, Never>, News)? = self.state.withLock { state in
            change(&state.news)
            guard let continuation = state.continuation.take(), let news = Self.take(&state) else { return nil }
            return (continuation, news)
        }
        if let (continuation, news) = waiting { continuation.resume(returning: news) }
    }

    private static func take(_ state: inout State) -> News? {
        guard !state.news.isEmpty else { return nil }
        defer { state.news = News(isOver: state.news.isOver) }
        return state.news
    }
}
