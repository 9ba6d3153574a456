import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client keeps Ward waiting: for a request's header, its body, the taking of an answer, the next request.
///
/// One deadline runs at a time and is moved on by progress of a whole phase, never by single bytes: a client that sends or takes a byte
/// now and then holds a connection no longer than one that is silent.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let timeouts: ServerConfiguration.Timeouts
    private let metrics: ServerMetrics
    private var deadline: Scheduled<Void>?
    private var isReading = false
    private var answersOwed = 0
    private var isCounted = false

    init(timeouts: ServerConfiguration.Timeouts, metrics: ServerMetrics) {
        self.timeouts = timeouts
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        isCounted = true
        metrics.connections.add(1)
        start(timeouts.header, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        if isCounted {
            isCounted = false
            metrics.connections.add(-1)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            answersOwed += 1
            start(timeouts.read, context)
        case .body: break
        case .end:
            isReading = false
            deadline?.cancel()
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else {
            context.write(data, promise: promise)
            return
        }
        if !isReading { start(timeouts.write, context) }
        let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((guard: self, context: context), eventLoop: context.eventLoop)
        taken.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.answerTaken(context)
        }
        context.write(data, promise: taken)
    }

    private func answerTaken(_ context: ChannelHandlerContext) {
        answersOwed -= 1
        guard answersOwed <= 0, !isReading, context.channel.isActive else { return }
        start(timeouts.idle, context)
    }

    private func start(_ length: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .nanoseconds(length.nanoseconds)) {
            bound.value.close(promise: nil)
        }
    }
}
