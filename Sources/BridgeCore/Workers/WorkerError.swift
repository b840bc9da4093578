public import Components

/// A worker did not answer with a payload.
public struct WorkerError: CallbackFailure {
    /// What it did instead.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// A short text for the log.
        public let description: String

        /// It answered with an error.
        public static let failed = Self(description: "the worker answered with an error")
        /// Its answer is no JSON, too large, or a reply without payload and error.
        public static let malformedAnswer = Self(description: "the worker's answer is malformed")
    }

    /// What it did instead.
    public let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// The code's text.
    public var description: String { self.code.description }
}
