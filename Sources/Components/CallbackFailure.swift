/// Why a callback failed, in words for the log: nothing of the message or of the answer is in its description.
public protocol CallbackFailure: Error, CustomStringConvertible {}
