import EventLog
import Realtime

/// Packs one commit's events into as few blocks as are not too large.
struct BlockPacker {
    private let wall: Int64
    private let time: Int64
    private var builder: BlockBuilder?
    /// About the bytes of the events to come.
    private var expectedBytes: Int
    /// The blocks that are finished.
    private(set) var blocks: [LogBlock] = []
    private(set) var count = 0
    private(set) var payloadBytes = 0

    init(wall: Int64, time: Int64, expectedBytes: Int) {
        self.expectedBytes = expectedBytes
        self.wall = wall
        self.time = time
    }

    mutating func append(_ draft: EventDraft, _ state: ChannelState, previous: UInt64, storesPolicy: Bool) {
        // Moved out and back in, since a copy that is still referred to would be made anew for each event.
        var builder = self.builder.take() ?? self.begin(first: state.number)
        builder.append(draft, state, previous: previous, storesPolicy: storesPolicy)
        self.count += 1
        self.payloadBytes += draft.payload.bytes.count
        if builder.isFull {
            self.blocks.append(builder.finish())
            self.expectedBytes -= BlockFormat.targetBytes
        } else {
            self.builder = builder
        }
    }

    private func begin(first: UInt64) -> BlockBuilder {
        // Room for the directory too, and for one event beyond the mark.
        let room = min(max(self.expectedBytes, 256), BlockFormat.targetBytes + 4096)
        return BlockBuilder(first: first, wall: self.wall, time: self.time, expectedBytes: room)
    }

    /// Finishes the last block.
    mutating func finish() {
        if let builder = self.builder.take() { self.blocks.append(builder.finish()) }
    }
}
