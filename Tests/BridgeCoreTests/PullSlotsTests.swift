import Realtime
import Testing

@testable import BridgeCore

@Suite struct PullSlotsTests {
    private let owner = PullSlots.Owner(user: "42", session: "abc")

    @Test func aSessionHasSixteen() throws {
        let slots = PullSlots(maximum: 100, connections: { 0 })
        for _ in 0..<16 { try slots.take(for: self.owner) }
        #expect(throws: RealtimeError.self) { try slots.take(for: self.owner) }
        try slots.take(for: PullSlots.Owner(user: "42", session: "other"))
        slots.release(self.owner)
        try slots.take(for: self.owner)
        #expect(slots.count == 17)
    }

    @Test func othersConnectionsCount() throws {
        let slots = PullSlots(maximum: 3, connections: { 2 })
        try slots.take(for: self.owner)
        let error = #expect(throws: RealtimeError.self) { try slots.take(for: self.owner) }
        #expect(error?.code == .limit)
        slots.release(self.owner)
        #expect(slots.count == 0)
    }
}
