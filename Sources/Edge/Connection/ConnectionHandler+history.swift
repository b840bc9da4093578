import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// The bridge's own component that gives clients what they have missed.
    static let historyComponent = "realtime_history"

    /// Answers `{"channels":[{"hash","since"}]}` with what follows each position, by the rights of this moment.
    func sendHistory(asking payload: ByteBuffer, address: ReplyAddress) {
        let requests: [HistoryRequest]
        do throws(RealtimeError) {
            requests = try HistoryRequest.parse(JSONValue.parse(Array(payload.readableBytesView)), needsSince: true)
        } catch {
            return self.reply(ReplyBody.failure(error).encode(), to: address)
        }
        guard self.replayCredit.isLeft(now: self.loop.now) else {
            return self.reply(
                ReplyBody.failure(RealtimeError(.busy, "too much was read for this client; try again later")).encode(),
                to: address)
        }
        // An answer of this moment: whoever comes back asks again.
        let target = ReplyTarget(loop: self.loop.bound, connection: self.id, address: address, session: nil)
        // Before it is known what it comes to: a burst of requests must not all find the same credit.
        self.replayCredit.spend(HistoryReply.limit.bytes)
        let answer = HistoryAnswer(count: requests.count, limit: HistoryReply.limit.bytes) { target.send($0) }
        let limit = HistoryReply.limit(channels: requests.count)
        for (index, request) in requests.enumerated() {
            self.read(request, limit: limit) { answer.set($0, at: index) }
        }
    }

    private func read(
        _ request: HistoryRequest,
        limit: ReplayLimit,
        completion: @escaping (HistoryPart) -> Void
    ) {
        guard let session = self.session, let since = request.since else { return }
        let bound = self.historyBound(of: request.channel)
        let filter = TopicFilter.channel(request.channel)
        let decision = session.rights.decide(.subscribe(filter, clientID: session.clientID), at: WallClock.seconds)
        if let error = decision.error {
            self.loop.metrics.refused(error.code)
            return completion(HistoryPart(channel: request.channel, result: .failure(error)))
        }
        let eventLoop = self.loop.eventLoop
        let onLoop = NIOLoopBound(completion, eventLoop: eventLoop)
        self.loop.delegate.read(request.channel, from: .after(since), limit: limit) { result in
            let part = HistoryPart(
                channel: request.channel,
                result: result.map { page in
                    HistoryPage(page, since: since, notBefore: page.hidesHistory ? bound : nil)
                }
            )
            if eventLoop.inEventLoop { onLoop.value(part) } else { eventLoop.execute { onLoop.value(part) } }
        }
    }
}
