import NIOCore
import Testing

@testable import Edge

@Suite struct SessionDirectoryTests {
    private let key = SessionKey(user: "42", session: "abc", clientID: "c")

    private func holder(_ number: UInt64) -> SessionDirectory.Holder {
        SessionDirectory.Holder(loop: 0, connection: ConnectionID(rawValue: number))
    }

    @Test func aNewcomerTakesOver() {
        let directory = SessionDirectory()
        #expect(directory.claim(self.key, for: self.holder(1), at: .uptimeNanoseconds(1)) == .granted)
        #expect(directory.claim(self.key, for: self.holder(2), at: .uptimeNanoseconds(2)) == .takenOver(self.holder(1)))
        // The first one's end is not the session's.
        directory.release(self.key, by: self.holder(1))
        #expect(directory.claim(self.key, for: self.holder(3), at: .uptimeNanoseconds(3)) == .takenOver(self.holder(2)))
        directory.release(self.key, by: self.holder(3))
        #expect(directory.claim(self.key, for: self.holder(4), at: .uptimeNanoseconds(4)) == .granted)
    }

    @Test func takingOverAgainAndAgainIsRefusedForAWhile() {
        let directory = SessionDirectory()
        let start = NIODeadline.uptimeNanoseconds(1)
        _ = directory.claim(self.key, for: self.holder(0), at: start)
        for newcomer in 1...5 {
            let claim = directory.claim(self.key, for: self.holder(UInt64(newcomer)), at: start)
            #expect(claim == .takenOver(self.holder(UInt64(newcomer - 1))))
        }
        #expect(directory.claim(self.key, for: self.holder(6), at: start + .seconds(59)) == .refused)
        #expect(directory.claim(self.key, for: self.holder(7), at: start + .seconds(61)) == .takenOver(self.holder(5)))
    }

    @Test func sessionsAreToldApartByBytes() {
        let keys = [
            SessionKey(user: "a", session: "bc", clientID: "d"), SessionKey(user: "ab", session: "c", clientID: "d"),
            SessionKey(user: "a", session: "b", clientID: "cd"),
            SessionKey(user: "a", session: "bc", clientID: "\u{E9}"),
            SessionKey(user: "a", session: "bc", clientID: "e\u{301}"),
        ]
        #expect(Set(keys).count == keys.count)
    }
}
