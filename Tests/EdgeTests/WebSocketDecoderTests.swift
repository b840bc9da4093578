import NIOCore
import Testing

@testable import Edge

@Suite struct WebSocketDecoderTests {
    /// What a decoder made of some bytes; how many pieces payload came in is left out.
    struct Outcome: Equatable {
        var events: [WebSocketDecoder.Event] = []
        var payload: [UInt8] = []
        var closeCode: UInt16?
    }

    static func feed(_ pieces: [[UInt8]]) -> Outcome {
        var decoder = WebSocketDecoder()
        var input = ByteBuffer()
        var output = ByteBuffer()
        var outcome = Outcome()
        do throws(WebSocketDecoder.Failure) {
            for piece in pieces {
                input.writeBytes(piece)
                while let event = try decoder.next(from: &input, to: &output) {
                    if event != .data { outcome.events.append(event) }
                }
            }
        } catch {
            outcome.closeCode = error.closeCode
        }
        outcome.payload = Array(output.readableBytesView)
        return outcome
    }

    @Test func takesBinaryFramesOfEveryLengthForm() {
        for count in [0, 1, 125, 126, 127, 65_535, 65_536, 70_001] {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(Self.feed([ClientFrame.binary(payload)]) == Outcome(payload: payload))
        }
    }

    @Test func unmasksAtEveryOffset() {
        var generator = SeededGenerator(seed: 1)
        for round in 0..<200 {
            let payload = generator.bytes(Int.random(in: 0...80, using: &generator))
            let frame = ClientFrame.binary(payload, mask: generator.bytes(4))
            let cut = round < 100 ? round % (frame.count + 1) : Int.random(in: 0...frame.count, using: &generator)
            let second = Int.random(in: cut...frame.count, using: &generator)
            let pieces = [Array(frame[..<cut]), Array(frame[cut..<second]), Array(frame[second...])]
            #expect(Self.feed(pieces) == Outcome(payload: payload))
        }
    }

    @Test func byteByByteEqualsWhole() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<30 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let payload = generator.bytes(Int.random(in: 0...300, using: &generator))
                let cut = Int.random(in: 0...payload.count, using: &generator)
                let mask = generator.bytes(4)
                bytes += ClientFrame(payload: Array(payload[..<cut]), isFinal: false, mask: mask).bytes
                if Bool.random(using: &generator) {
                    bytes += ClientFrame.control(.ping, generator.bytes(Int.random(in: 0...125, using: &generator)))
                }
                bytes += ClientFrame(opcode: 0, payload: Array(payload[cut...]), mask: mask).bytes
            }
            bytes += ClientFrame.control(.close, [0x03, 0xE8])
            let whole = Self.feed([bytes])
            #expect(whole.closeCode == nil)
            #expect(whole.events.last == .close(1000))
            #expect(Self.feed(bytes.map { [$0] }) == whole)
        }
    }

    @Test func controlFramesComeBetweenFragments() {
        let bytes =
            ClientFrame(payload: [1, 2], isFinal: false).bytes + ClientFrame.control(.ping, [9])
            + ClientFrame(opcode: 0, payload: [3], isFinal: false).bytes + ClientFrame.control(.pong)
            + ClientFrame(opcode: 0, payload: [4]).bytes
        #expect(Self.feed([bytes]) == Outcome(events: [.ping([9]), .pong], payload: [1, 2, 3, 4]))
    }

    @Test func masksAreRequired() {
        #expect(Self.feed([ClientFrame(payload: [1], mask: nil).bytes]).closeCode == 1002)
    }

    @Test func textIsUnacceptable() {
        #expect(Self.feed([ClientFrame(opcode: 1, payload: [65]).bytes]).closeCode == 1003)
    }

    @Test(arguments: [0x10, 0x20, 0x40, 0x70] as [UInt8])
    func reservedBitsAreRefused(_ bits: UInt8) {
        #expect(Self.feed([ClientFrame(payload: [1], reserved: bits).bytes]).closeCode == 1002)
    }

    @Test(arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func reservedOpcodesAreRefused(_ opcode: UInt8) {
        #expect(Self.feed([ClientFrame(opcode: opcode).bytes]).closeCode == 1002)
    }

    @Test func lengthsWithTheHighestBitAreRefused() {
        let frame: [UInt8] = [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
        #expect(Self.feed([frame]).closeCode == 1002)
    }

    @Test func theLargestLengthTakesWhatCame() {
        let frame: [UInt8] = [0x82, 0xFF, 0x7F] + Array(repeating: 0xFF, count: 7) + [0, 0, 0, 0, 5, 6]
        #expect(Self.feed([frame]) == Outcome(payload: [5, 6]))
    }

    @Test func fragmentsKeepTheirOrder() {
        let continuation = ClientFrame(opcode: 0, payload: [1]).bytes
        #expect(Self.feed([continuation]).closeCode == 1002)
        let begun = ClientFrame(payload: [1], isFinal: false).bytes
        #expect(Self.feed([begun + ClientFrame.binary([2])]).closeCode == 1002)
        #expect(Self.feed([begun + continuation + continuation]).closeCode == 1002)
    }

    @Test func emptyFragmentsHaveALimit() {
        let empty = ClientFrame(opcode: 0, isFinal: false).bytes
        let begun = ClientFrame(payload: [1], isFinal: false).bytes
        let few = begun + Array(repeating: empty, count: 64).joined()
        #expect(Self.feed([few + ClientFrame(opcode: 0, payload: [2]).bytes]) == Outcome(payload: [1, 2]))
        #expect(Self.feed([few + empty]).closeCode == 1008)
    }

    @Test func aWholeMessageForgivesEarlierEmptyFragments() {
        let message =
            ClientFrame(isFinal: false).bytes
            + Array(repeating: ClientFrame(opcode: 0, isFinal: false).bytes, count: 63).joined()
            + ClientFrame(opcode: 0, payload: [7]).bytes
        #expect(Self.feed([message + message]) == Outcome(payload: [7, 7]))
    }

    @Test func controlFramesAreShortAndWhole() {
        let long = Array(repeating: UInt8(0), count: 126)
        for opcode in [8, 9, 10] as [UInt8] {
            #expect(Self.feed([ClientFrame(opcode: opcode, payload: long).bytes]).closeCode == 1002)
            #expect(Self.feed([ClientFrame(opcode: opcode, isFinal: false).bytes]).closeCode == 1002)
        }
    }

    @Test func pingsCarryTheirPayload() {
        let payload = (0..<125).map { UInt8($0) }
        #expect(Self.feed([ClientFrame.control(.ping, payload)]).events == [.ping(payload)])
        #expect(Self.feed([ClientFrame.control(.ping)]).events == [.ping([])])
    }

    @Test func closeHasACodeOrNone() {
        #expect(Self.feed([ClientFrame.control(.close)]).events == [.close(nil)])
        #expect(Self.feed([ClientFrame.control(.close, [0x0F, 0xA0])]).events == [.close(4000)])
        #expect(Self.feed([ClientFrame.control(.close, [0x03, 0xE9, 65, 66])]).events == [.close(1001)])
        #expect(Self.feed([ClientFrame.control(.close, [3])]).closeCode == 1002)
    }

    @Test func anyBytesAreTakenOrRefusedWithoutATrap() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let outcome = Self.feed([generator.bytes(Int.random(in: 0...40, using: &generator))])
            #expect(outcome.closeCode.map { [1002, 1003, 1008].contains($0) } ?? true)
        }
    }
}
