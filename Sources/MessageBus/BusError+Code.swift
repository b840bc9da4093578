extension BusError {
    /// The kind of a failure; further kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case alreadyRunning = "already_running"
            case configurationInvalid = "configuration_invalid"
            case connectionFailed = "connection_failed"
            case connectionLost = "connection_lost"
            case notConnected = "not_connected"
            case overflow
            case refused
            case stopped
            case tooLarge = "too_large"
            case topicInvalid = "topic_invalid"
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// `run()` was called a second time.
        public static var alreadyRunning: Self { .init(.alreadyRunning) }
        /// A setting cannot work.
        public static var configurationInvalid: Self { .init(.configurationInvalid) }
        /// No connection could be made.
        public static var connectionFailed: Self { .init(.connectionFailed) }
        /// The connection ended before the broker had acknowledged the message: it may or may not have arrived.
        public static var connectionLost: Self { .init(.connectionLost) }
        /// There is no connection at present.
        public static var notConnected: Self { .init(.notConnected) }
        /// The queue of messages to be published is full.
        public static var overflow: Self { .init(.overflow) }
        /// The broker does not allow it.
        public static var refused: Self { .init(.refused) }
        /// The bus has been stopped.
        public static var stopped: Self { .init(.stopped) }
        /// The message is larger than MQTT or the broker takes.
        public static var tooLarge: Self { .init(.tooLarge) }
        /// The topic cannot be published to.
        public static var topicInvalid: Self { .init(.topicInvalid) }

        /// The code's name.
        public var description: String { self.kind.rawValue }

        /// Whether a failure of this kind passes by itself.
        var isRetriable: Bool {
            switch self.kind {
            case .connectionFailed, .connectionLost, .notConnected, .overflow: true
            case .alreadyRunning, .configurationInvalid, .refused, .stopped, .tooLarge, .topicInvalid: false
            }
        }
    }
}
