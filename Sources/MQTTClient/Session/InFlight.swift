import MQTTCodec

/// The packet identifiers in use and what each waits for: pure state, no I/O.
struct InFlight<Waiter> {
    /// What the server is to send next for a packet identifier.
    enum Stage: Equatable {
        case puback
        case pubrec
        case pubcomp
        case suback(count: Int)
        case unsuback(count: Int)

        var isPublish: Bool {
            switch self {
            case .puback, .pubrec, .pubcomp: true
            case .suback, .unsuback: false
            }
        }
    }

    /// What an acknowledgement leads to.
    enum Settlement {
        /// The exchange is over; nil when nobody waits any more.
        case done(Waiter?)
        /// QoS 2: PUBREL is to be sent.
        case release
        /// The server acknowledged what was not sent.
        case unexpected
    }

    private struct Entry {
        var stage: Stage
        let token: UInt64
        var waiter: Waiter?
    }

    private let receiveMaximum: Int
    private var entries: [UInt16: Entry] = [:]
    private var publishCount = 0
    private var lastID: UInt16 = 0

    /// `receiveMaximum`: how many QoS 1 and 2 messages the server lets be under way.
    init(receiveMaximum: UInt16) {
        self.receiveMaximum = Int(receiveMaximum)
    }

    /// Takes a packet identifier; nil when there is none, or one message more would be too many.
    mutating func begin(_ stage: Stage, token: UInt64, waiter: Waiter) -> UInt16? {
        guard entries.count < Int(UInt16.max), !stage.isPublish || publishCount < receiveMaximum else { return nil }
        repeat { lastID = lastID == .max ? 1 : lastID + 1 } while entries[lastID] != nil
        entries[lastID] = Entry(stage: stage, token: token, waiter: waiter)
        if stage.isPublish { publishCount += 1 }
        return lastID
    }

    /// An acknowledgement of the given stage has come.
    mutating func settle(_ packetID: UInt16, _ stage: Stage, isError: Bool = false) -> Settlement {
        guard let entry = entries[packetID], entry.stage == stage else { return .unexpected }
        if stage == .pubrec, !isError {
            entries[packetID]?.stage = .pubcomp
            return .release
        }
        entries[packetID] = nil
        if stage.isPublish { publishCount -= 1 }
        return .done(entry.waiter)
    }

    /// Nobody waits for that call any more; its identifier stays in use until the server has answered.
    mutating func abandon(token: UInt64) -> Waiter? {
        guard let (packetID, entry) = entries.first(where: { $0.value.token == token }) else { return nil }
        entries[packetID]?.waiter = nil
        return entry.waiter
    }

    /// Forgets everything and gives back those who wait.
    mutating func removeAll() -> [Waiter] {
        defer {
            entries = [:]
            publishCount = 0
        }
        return entries.values.compactMap(\.waiter)
    }
}
