/// One channel of one held grant: 40 bytes in a table.
struct HeldChannel: Sendable {
    let hash: ChannelHash
    let rights: Rights
    /// The index of the grant; indexes move together when a grant is dropped.
    var grant: UInt16
    let sequence: UInt64?
}
