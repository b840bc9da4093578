/// An origin whose pages may not use the bridge, and what its operator can do.
public struct RefusedOrigin: Sendable, Hashable {
    /// How much of an origin is told, in characters.
    private static let maximumLength = 200

    /// The origin for the log: origins are ASCII, and whatever else somebody sends shall not reach a terminal.
    public let name: String
    /// What to do: one sentence of ASCII, without the origin.
    public let advice: String

    /// Describes an origin, as it was sent.
    public init(_ origin: some Sequence<Unicode.Scalar>) {
        self.name = String(
            String.UnicodeScalarView(
                origin.prefix(Self.maximumLength).map { ("!"..."~").contains($0) ? $0 : "?" }
            )
        )
        // A sandboxed frame, a file, a page reached by a redirect of another site: naming it would allow them all.
        self.advice =
            self.name == "null"
            ? "pages whose origin browsers hide may not connect, and \"origins\" cannot name them: serve the page over http"
                + " or https, outside of a sandboxed frame"
            : "pages of this origin may not connect: add it to \"origins\" in bridge.yaml"
    }
}
