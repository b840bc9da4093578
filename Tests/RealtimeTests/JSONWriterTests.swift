import Testing

@testable import Realtime

@Suite struct JSONWriterTests {
    @Test func writesCommasAndEscapes() throws {
        var writer = JSONWriter()
        writer.object { object in
            object.key("a")
            object.int(1)
            object.key("q\"")
            object.array { list in
                list.string("x\n\u{1}\\")
                list.bool(false)
                list.null()
                list.int(UInt64.max)
                list.int(Int64.min)
                list.raw(Array("[]".utf8))
                list.array { _ in }
                list.object { _ in }
            }
            object.key("e")
            object.string("")
        }
        let expected =
            #"{"a":1,"q\"":["x\n\u0001\\",false,null,18446744073709551615,-9223372036854775808,[],[],{}],"e":""}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test func everyScalarSurvives() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<30, using: &generator) {
                let range: ClosedRange<UInt32> = Bool.random(using: &generator) ? 0...0x7F : 0...0x10FFFF
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            var writer = JSONWriter()
            writer.string(text)
            #expect(JSONSyntax.validate(writer.bytes.span) == .valid(containsLineBreaks: false))
            #expect(try JSONValue.parse(writer.bytes).string?.utf8.elementsEqual(text.utf8) == true)
        }
    }

    @Test func decimalsAreThoseOfTheStandardLibrary() {
        var generator = SeededGenerator(seed: 8)
        for shift in 0..<64 {
            let value = UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64(shift)
            var bytes: [UInt8] = []
            bytes.appendDecimal(value)
            #expect(String(decoding: bytes, as: UTF8.self) == String(value))
        }
    }
}
