import Testing

/// Programs of other makers against the bridge's own program, one test after the other: each starts several processes,
/// and what is bounded in time shall not depend on how many tests run beside it.
@Suite(.serialized, .timeLimit(.minutes(3)))
enum Acceptance {}
