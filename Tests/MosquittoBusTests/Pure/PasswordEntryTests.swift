import Foundation
import Testing

@testable import MosquittoBus

@Suite struct PasswordEntryTests {
    /// The first vectors of PBKDF2 with HMAC-SHA512 that the usual collections have.
    @Test(arguments: [
        (
            1,
            "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252"
                + "c02d470a285a0501bad999bfe943c08f050235d7d68b1da55e63f73b60a57fce"
        ),
        (
            2,
            "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c"
                + "f76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e"
        ),
    ])
    func derivesAsRFC8018Says(_ iterations: Int, _ hex: String) {
        let hash = PasswordEntry.derive(
            password: Array("password".utf8), salt: Array("salt".utf8), iterations: iterations)
        #expect(hash.map { String(format: "%02x", $0) }.joined() == hex)
    }

    @Test func isWhatMosquittoReads() throws {
        let line = PasswordEntry(name: "app", password: "secret").line
        let fields = line.split(separator: "$", omittingEmptySubsequences: false)
        #expect(fields.prefix(3) == ["app:", "7", "101"])
        #expect(Data(base64Encoded: String(fields[3]))?.count == 12)
        #expect(Data(base64Encoded: String(fields[4]))?.count == 64)
        #expect(line != PasswordEntry(name: "app", password: "secret").line)
    }
}
