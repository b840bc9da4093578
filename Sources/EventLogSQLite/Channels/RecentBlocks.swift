import EventLog
import Realtime

/// The last blocks, in memory: most readers lie only a little behind.
struct RecentBlocks: Sendable {
    private let capacity: Int
    private var blocks: [LogBlock] = []
    /// Blocks at the front of `blocks` that are dropped; they leave the array in large steps.
    private var dropped = 0
    private var bytes = 0

    /// Creates an empty cache.
    ///
    /// - Parameter capacity: The bytes that it holds at most.
    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func append(_ block: LogBlock) {
        self.blocks.append(block)
        self.bytes += block.bytes.count
        while self.bytes > self.capacity, self.dropped < self.blocks.count {
            self.bytes -= self.blocks[self.dropped].bytes.count
            self.dropped += 1
        }
        if self.dropped > 64, self.dropped * 8 > self.blocks.count {
            self.blocks.removeFirst(self.dropped)
            self.dropped = 0
        }
    }

    mutating func removeAll() {
        self = RecentBlocks(capacity: self.capacity)
    }

    /// The block that a number lies in, if it is here.
    func block(of number: UInt64) -> LogBlock? {
        let index = self.index(of: number)
        return index >= self.dropped ? self.blocks[index] : nil
    }

    /// All blocks from the one that a number lies in; `nil` where that one is not here.
    func blocks(from number: UInt64) -> ArraySlice<LogBlock>? {
        let index = self.index(of: number)
        return index >= self.dropped ? self.blocks[index...] : nil
    }

    /// The last block that begins at or before a number; -1 where there is none.
    private func index(of number: UInt64) -> Int {
        var low = self.dropped
        var high = self.blocks.count
        while low < high {
            let middle = (low + high) / 2
            if self.blocks[middle].first <= number { low = middle + 1 } else { high = middle }
        }
        return low > self.dropped ? low - 1 : -1
    }
}
