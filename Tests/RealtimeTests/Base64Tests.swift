import Testing

@testable import Realtime

@Suite struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, encoded: String) {
        let bare = encoded.filter { $0 != "=" }
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64URL.encode(Array(plain.utf8)) == bare)
        #expect(Base64URL.decode(bare) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg=", "Zg==", "Z", "Zh", "Zm9", "Zm9v\n", "Zm+v", "Zm/v", " Zm9v", "Zm9v.", "\u{E9}"])
    func strictWithoutPadding(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zg===", "====", "Z===", "Zm9v=", "Zm-v", "Zm_v", "Zg==Zg=="])
    func strictWithPadding(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func randomBytesSurvive() {
        var generator = SeededGenerator(seed: 4)
        for count in 0..<100 {
            let bytes = generator.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }
}
