import NIOCore
import Testing

@testable import MQTTCodec

@Suite struct VariableByteIntegerTests {
    /// The bounds of the table in MQTT 5 section 1.5.5.
    @Test(arguments: [
        (0, "00"), (127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001"), (2_097_151, "ffff7f"),
        (2_097_152, "80808001"), (268_435_455, "ffffff7f"),
    ])
    func bounds(value: Int, hex: String) {
        var buffer = ByteBuffer()
        VariableByteInteger.write(value, to: &buffer)
        #expect(buffer.hex == hex)
        #expect(VariableByteInteger.byteCount(of: value) == buffer.readableBytes)
        #expect(VariableByteInteger.peek(buffer, at: 0) == .value(value, byteCount: buffer.readableBytes))
        #expect(
            VariableByteInteger.peek(buffer.getSlice(at: 0, length: hex.count / 2 - 1) ?? buffer, at: 0) == .incomplete)
    }

    @Test(arguments: ["8000", "808000", "80808000", "8080808001", "ffffffff7f"])
    func malformed(_ hex: String) {
        #expect(VariableByteInteger.peek(ByteBuffer(hex: hex), at: 0) == .malformed)
    }
}
