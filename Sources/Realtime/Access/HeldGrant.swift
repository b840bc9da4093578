/// What is kept of a grant besides its channels.
struct HeldGrant: Sendable {
    let id: String
    /// In Unix seconds.
    let expiresAt: Int64
    let components: [ComponentName]
    let epoch: Epoch?
    let names: [ChannelHash: Channel]
}
