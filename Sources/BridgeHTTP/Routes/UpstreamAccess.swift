public import BridgeCore

/// What clients need to send messages upstream over HTTP.
public struct UpstreamAccess: Sendable {
    let verifier: GrantVerifier
    let service: Upstream
    let rates: SenderRates
    /// The time of day, in Unix milliseconds.
    let now: @Sendable () -> Int64

    /// Creates the access.
    ///
    /// The closure `now` gives the time of day, in Unix milliseconds.
    public init(
        verifier: GrantVerifier,
        service: Upstream,
        rates: SenderRates,
        now: @escaping @Sendable () -> Int64
    ) {
        self.verifier = verifier
        self.service = service
        self.rates = rates
        self.now = now
    }
}
