import Logging
import Testing

@testable import MosquittoBus

@Suite struct BrokerOutputTests {
    @Test func readsWhatIsPrinted() {
        var output = BrokerOutput()
        #expect(output.read("guardian: broker 4711") == .started(processID: 4711))
        #expect(output.read("mosquitto version 2.0.11 starting") == .note(.debug))
        #expect(output.read("mosquitto version 2.0.11 running") == .ready)
        #expect(output.read("Outgoing messages are being dropped for client slow.") == .note(.warning))
        #expect(output.read("Warning: something") == .note(.warning))
        #expect(output.lastError == nil)
        #expect(output.read("Error: Address already in use") == .note(.error))
        #expect(output.lastError == "Address already in use")
    }
}
