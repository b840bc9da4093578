/// A position, as the bridge writes it: `{epoch}:{seq}`.
struct EventPosition: Hashable, CustomStringConvertible {
    let epoch: String
    let sequence: Int64

    init(_ text: String) throws {
        let parts = text.split(separator: ":").map { String($0) }
        self.epoch = try BridgeError.require(parts.first, "no position: \(text)")
        self.sequence = try BridgeError.require(parts.count == 2 ? Int64(parts[1]) : nil, "no position: \(text)")
    }

    /// Of an event, or of the bridge's word that some are lost.
    init?(of event: JSON) {
        guard let epoch = event["epoch"]?.string, let sequence = event["seq"]?.int else { return nil }
        self.epoch = epoch
        self.sequence = sequence
    }

    var description: String { "\(self.epoch):\(self.sequence)" }

    /// Another position of the same epoch.
    func at(_ sequence: Int64) -> String { "\(self.epoch):\(sequence)" }
}
