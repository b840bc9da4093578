extension SelftestReport {
    private static let head = [
        "part", "over", "sent", "received", "lost", "doubled", "disorder", "p50", "p99", "max ms",
    ]

    /// A table for people.
    var table: String {
        let rows = [Self.head] + self.parts.map(\.cells)
        let widths = Self.head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            row.indices.map { column in Self.pad(row[column], to: widths[column], isText: column < 2) }
                .joined(separator: "  ")
        }
        for part in self.parts {
            guard let reason = part.failure.map({ "failed: \($0)" }) ?? part.skipped.map({ "left out: \($0)" })
            else { continue }
            lines.append("\(part.name), \(part.transport): \(reason)")
        }
        if let clock {
            let (isAhead, error) = (clock.offset >= .zero, clock.error.milliseconds(decimals: 1))
            let offset = (isAhead ? clock.offset : .zero - clock.offset).milliseconds(decimals: 1)
            let side = isAhead ? "ahead of" : "behind"
            lines.append("The bridge's clock is \(offset) ms \(side) this machine's, give or take \(error) ms.")
        }
        let verdict = "Nothing lost, nothing doubled, everything in order."
        lines.append(self.isGood ? verdict : "NOT all right: see above.")
        return lines.joined(separator: "\n")
    }

    private static func pad(_ text: String, to width: Int, isText: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return isText ? text + space : space + text
    }
}

extension SelftestReport.Part {
    /// The row's cells; a dash where there is nothing to say.
    fileprivate var cells: [String] {
        guard self.skipped == nil else {
            return [self.name, self.transport] + Array(repeating: "–", count: 8)
        }
        let tally = self.tally
        let latency = LatencySummary(tally.latencies)
        return [self.name, self.transport]
            + [tally.sent, tally.received, tally.lost, tally.doubled].map { String($0) }
            + [self.isOrdered ? String(tally.outOfOrder) : "–"]
            + [latency?.median, latency?.p99, latency?.maximum].map { $0?.milliseconds(decimals: 1) ?? "–" }
    }
}
