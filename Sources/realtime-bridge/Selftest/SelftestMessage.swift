import Realtime

/// What the payloads of a run say, and what is made of an event that has come.
struct SelftestMessage {
    /// Tells this run's events from those of others on the same channel.
    let run: String
    let channel: Realtime.Channel

    /// What an event means to this run.
    enum Meaning {
        case message(part: Int, number: Int)
        case end
        case closed(String)
        case foreign
    }

    /// A `notify` request for some messages of a part.
    func items(_ numbers: Range<Int>, of part: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object { request in
            request.key("items")
            request.array { list in
                for number in numbers { list.object { self.write(part, number, to: &$0) } }
            }
        }
        return json.bytes
    }

    /// A `notify` request for one message of a part.
    func item(_ number: Int, of part: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object { self.write(part, number, to: &$0) }
        return json.bytes
    }

    /// A `notify` request for the message behind all others.
    func end() -> [UInt8] {
        var json = JSONWriter()
        json.object { request in
            self.write(to: &request) { payload in
                payload.key("end")
                payload.bool(true)
            }
        }
        return json.bytes
    }

    private func write(_ part: Int, _ number: Int, to json: inout JSONWriter) {
        self.write(to: &json) { payload in
            payload.key("part")
            payload.int(part)
            payload.key("number")
            payload.int(number)
        }
    }

    private func write(to json: inout JSONWriter, _ members: (inout JSONWriter) -> Void) {
        json.key("channel")
        json.object { self.channel.appendMembers(to: &$0) }
        json.key("payload")
        json.object { payload in
            payload.key("selftest")
            payload.string(self.run)
            members(&payload)
        }
    }

    /// Reads an event, or what stands in the place of one.
    func meaning(of event: JSONValue) -> Meaning {
        if let reason = event["closed"]?.string { return .closed(reason) }
        guard let payload = event["payload"], payload["selftest"]?.string == self.run else { return .foreign }
        if payload["end"]?.bool == true { return .end }
        guard let part = payload["part"]?.int64, let number = payload["number"]?.int64 else { return .foreign }
        return .message(part: Int(part), number: Int(number))
    }
}
