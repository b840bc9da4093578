import Realtime

/// What a selftest has found, and whether that is all right.
struct SelftestReport: Sendable {
    /// One row: messages of one kind over one transport.
    struct Part: Sendable {
        let name: String
        let transport: String
        /// Whether the order of arrival is promised.
        var isOrdered = true
        var tally: Tally
        /// Why it could not be done to its end.
        var failure: String?
        /// Why it was left out, which is no fault.
        var skipped: String?

        /// Whether nothing was lost, doubled, out of order, or failed.
        var isGood: Bool {
            self.skipped != nil || (self.failure == nil && self.tally.isGood(ordered: self.isOrdered))
        }
    }

    var parts: [Part] = []
    /// How far the bridge's clock is ahead; nil where it was not asked.
    var clock: ClockOffset?

    /// Whether every part is all right, and there is one that was not left out.
    var isGood: Bool {
        self.parts.allSatisfy(\.isGood) && self.parts.contains { $0.skipped == nil }
    }
}

extension SelftestReport {
    /// One object for programs; times in milliseconds.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { report in
            report.key("ok")
            report.bool(self.isGood)
            report.key("clock")
            if let clock {
                report.object { object in
                    object.milliseconds("offset_ms", clock.offset)
                    object.milliseconds("error_ms", clock.error)
                }
            } else {
                report.null()
            }
            report.key("parts")
            report.array { list in
                for part in self.parts { list.object { part.write(to: &$0) } }
            }
        }
        return json.bytes
    }
}

extension SelftestReport.Part {
    fileprivate func write(to json: inout JSONWriter) {
        json.key("part")
        json.string(self.name)
        json.key("transport")
        json.string(self.transport)
        json.key("ok")
        json.bool(self.isGood)
        if let skipped {
            json.key("skipped")
            json.string(skipped)
            return
        }
        for (name, value) in [
            ("sent", self.tally.sent), ("received", self.tally.received), ("lost", self.tally.lost),
            ("doubled", self.tally.doubled),
        ] {
            json.key(name)
            json.int(value)
        }
        if self.isOrdered {
            json.key("out_of_order")
            json.int(self.tally.outOfOrder)
        }
        if let latency = LatencySummary(self.tally.latencies) {
            json.milliseconds("p50_ms", latency.median)
            json.milliseconds("p99_ms", latency.p99)
            json.milliseconds("max_ms", latency.maximum)
        }
        if let failure {
            json.key("error")
            json.string(failure)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func milliseconds(_ name: String, _ duration: Duration) {
        self.key(name)
        self.raw(duration.milliseconds(decimals: 3).utf8)
    }
}
