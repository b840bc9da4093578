@testable import Realtime

/// Topics, filters and what they are made of: each has exactly one spelling, and is written as it was read.
enum TopicFuzzing {
    private static let site: SiteName = {
        do {
            return try SiteName("demo")
        } catch {
            preconditionFailure("the fuzzer's own site is not valid: \(error)")
        }
    }()

    static func run(_ input: inout FuzzInput) {
        let bytes = input.rest()
        let topic = Topic.parse(bytes.span, site: site)
        let filter = TopicFilter.parse(bytes.span, site: site)
        if let topic { checkTopic(topic, of: bytes) }
        if let filter { checkFilter(filter, topic: topic, of: bytes) }
        checkHash(bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            precondition(topic == nil && filter == nil, "topics are text")
            return
        }
        precondition(Topic.parse(text, site: site) == topic, "text and bytes are the same")
        precondition(TopicFilter.parse(text, site: site) == filter, "text and bytes are the same")
        checkNames(text)
    }

    private static func checkTopic(_ topic: Topic, of bytes: [UInt8]) {
        precondition(topic.text(site: site).utf8.elementsEqual(bytes), "a topic has one spelling")
        precondition(bytes.count <= 255 && bytes.count { $0 == ASCII.slash } <= 7, "every broker takes it")
        precondition(bytes.allSatisfy { $0 == ASCII.slash || ASCII.isLevelByte($0) }, "levels are names")
    }

    private static func checkFilter(_ filter: TopicFilter, topic: Topic?, of bytes: [UInt8]) {
        precondition(filter.text(site: site).utf8.elementsEqual(bytes), "a filter has one spelling")
        switch (filter, topic) {
        case (.channel(let hash), .channel(let same)): precondition(hash == same, "the same channel")
        case (.reply(_, _, .some), .reply), (.notifyReply(_, .some), .notifyReply): break
        case (.reply(_, _, nil), nil), (.notifyReply(_, nil), nil), (.work, nil):
            precondition(bytes.last == UInt8(ascii: "#") && bytes.count { $0 == UInt8(ascii: "#") } == 1, "a wildcard")
        default: preconditionFailure("a filter for a topic that nobody may subscribe to")
        }
    }

    private static func checkHash(_ bytes: [UInt8]) {
        if let hash = ChannelHash(base64url: bytes.span) {
            precondition(hash.description.utf8.elementsEqual(bytes), "a hash has one spelling")
            precondition(Base64URL.decode(bytes.span)?.count == ChannelHash.byteCount, "a hash is base64url")
        }
        if let decoded = Base64URL.decode(bytes.span) {
            precondition(Base64URL.encode(decoded).utf8.elementsEqual(bytes), "base64url has one spelling")
        }
        if let decoded = Base64.decode(bytes.span) {
            precondition(Base64.encode(decoded).utf8.elementsEqual(bytes), "base64 has one spelling")
        }
        precondition(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url gives back what it took")
        precondition(Base64.decode(Base64.encode(bytes)) == bytes, "base64 gives back what it took")
    }

    private static func checkNames(_ text: String) {
        if let component = try? ComponentName(text) {
            precondition(component.description.utf8.allSatisfy(ASCII.isLevelByte), "a component is a level")
        }
        if let position = Position(text) {
            precondition(position.description.utf8.elementsEqual(text.utf8), "a position has one spelling")
        }
        if let epoch = Epoch(text) {
            precondition(epoch.description.utf8.elementsEqual(text.utf8), "an epoch has one spelling")
        }
        if let number = Int64(strictDecimal: text) {
            precondition(String(number).utf8.elementsEqual(text.utf8), "a number has one spelling")
        }
        if let number = UInt64(strictDecimal: text) {
            precondition(String(number).utf8.elementsEqual(text.utf8), "a number has one spelling")
        }
    }
}
