import NIOCore
import Testing

@testable import Edge

@Suite struct SessionDirectoryTests {
    private static let key = SessionKey(user: "42", session: "abc", clientID: "c1")
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func holder(_ number: UInt64) -> SessionDirectory.Holder {
        SessionDirectory.Holder(loop: 0, connection: ConnectionID(rawValue: number))
    }

    @Test func newcomersTakeOver() {
        let directory = SessionDirectory()
        #expect(directory.claim(Self.key, for: Self.holder(1), at: Self.start) == .granted)
        #expect(directory.claim(Self.key, for: Self.holder(2), at: Self.start) == .takenOver(Self.holder(1)))
        // Whoever was taken over has nothing to release.
        directory.release(Self.key, by: Self.holder(1))
        #expect(directory.claim(Self.key, for: Self.holder(3), at: Self.start) == .takenOver(Self.holder(2)))
        directory.release(Self.key, by: Self.holder(3))
        #expect(directory.claim(Self.key, for: Self.holder(4), at: Self.start) == .granted)
    }

    @Test(arguments: [
        SessionKey(user: "43", session: "abc", clientID: "c1"), SessionKey(user: "42", session: "abd", clientID: "c1"),
        SessionKey(user: "42", session: "abc", clientID: "c2"),
    ])
    func otherSessionsAreLeftAlone(_ other: SessionKey) {
        let directory = SessionDirectory()
        #expect(directory.claim(Self.key, for: Self.holder(1), at: Self.start) == .granted)
        #expect(directory.claim(other, for: Self.holder(2), at: Self.start) == .granted)
    }

    @Test func twoClientsWithOneIDDoNotGoOnForever() {
        let directory = SessionDirectory()
        var refused = 0
        for number in 1...20 as ClosedRange<UInt64> {
            let now = Self.start + .seconds(Int64(number))
            if directory.claim(Self.key, for: Self.holder(number), at: now) == .refused { refused += 1 }
        }
        #expect(refused == 14)
        let later = Self.start + .minutes(2)
        #expect(directory.claim(Self.key, for: Self.holder(21), at: later) == .takenOver(Self.holder(6)))
    }
}
