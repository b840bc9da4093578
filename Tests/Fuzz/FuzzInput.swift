/// One input of libFuzzer: bytes that choose what is done stand before the bytes that it is done with.
struct FuzzInput {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    /// The next choice; 0 when there are no bytes left.
    mutating func choice() -> UInt8 {
        bytes.popFirst() ?? 0
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { bytes = [] }
        return Array(bytes)
    }
}
