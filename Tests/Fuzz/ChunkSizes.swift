/// The sizes of the pieces that a stream arrives in: mostly small, from a seed, never 0.
struct ChunkSizes {
    private var state: UInt64

    /// Seed 0 is one byte at a time.
    init(seed: UInt8) {
        state = UInt64(seed)
    }

    /// The size of the next piece.
    mutating func next() -> Int {
        guard state != 0 else { return 1 }
        // Knuth's MMIX constants: it has only to differ from seed to seed.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return 1 + Int(state >> 59)
    }
}

extension ChunkSizes {
    /// Cuts bytes into pieces.
    mutating func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(next())
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
