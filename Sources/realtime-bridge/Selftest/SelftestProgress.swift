/// A bar on the terminal while a test runs; nothing where nobody looks.
struct SelftestProgress: Sendable {
    private static let width = 32
    private static let clear = "\r\u{1B}[K"

    private let isShown = StandardStream.error.isTerminal

    func show(_ done: Int, of total: Int) {
        guard self.isShown, total > 0 else { return }
        let filled = Self.width * done / total
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        StandardStream.error.put(Array("\(Self.clear)[\(bar)] \(done) of \(total)".utf8))
    }

    func clear() {
        guard self.isShown else { return }
        StandardStream.error.put(Array(Self.clear.utf8))
    }
}
