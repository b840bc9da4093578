import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Behind the HTTP parser: tells the ``RequestGuard`` how far a request has come, and answers `Expect: 100-continue`;
/// tells whoever waits that the peer has gone.
final class RequestProgress: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Told when the peer sends nothing more, or the bridge is shutting down.
    let peer = PeerWatch()
    private var requestGuard: RequestGuard?

    func handlerAdded(context: ChannelHandlerContext) {
        // It is there unless somebody builds another pipeline; then there is nothing to tell.
        self.requestGuard = try? context.pipeline.syncOperations.handler(type: RequestGuard.self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let request):
            self.requestGuard?.headArrived()
            let length = request.headerFields[.contentLength].flatMap { Int($0) } ?? 0
            if length <= BridgeAPI.maximumBody, request.headerFields[.expect]?.lowercased() == "100-continue" {
                // RFC 9110, section 10.1.1: clients with much to send wait for this word.
                let response = HTTPResponse(status: .continue)
                context.writeAndFlush(self.wrapOutboundOut(.head(response)), promise: nil)
            }
        case .body:
            break
        case .end:
            self.requestGuard?.requestArrived()
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed || event is ChannelShouldQuiesceEvent { self.peer.gone() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.peer.gone()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head:
            self.requestGuard?.answerBegan()
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            self.requestGuard?.answered()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            switch error {
            case .headerOverflow: self.requestGuard?.failed(.headTooLarge)
            case .invalidEOFState: self.requestGuard?.failed(.cutOff)
            default: self.requestGuard?.failed(.notHTTP)
            }
        }
        context.fireErrorCaught(error)
    }
}
