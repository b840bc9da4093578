extension Topic {
    /// Reads a topic; nil where it is not of the table, of another site, or breaks a level's limits.
    public static func parse(_ bytes: Span<UInt8>, site: SiteName) -> Topic? {
        guard let levels = TopicLevels(bytes, site: site) else { return nil }
        switch levels.count {
        case 4: if let topic = Self.parseHash(levels, bytes) { return topic }
        case 5: if let topic = Self.parsePair(levels, bytes) { return topic }
        case 6: if let topic = Self.parseTriple(levels, bytes) { return topic }
        default: break
        }
        return Self.parseControl(levels, bytes)
    }

    /// Reads a topic; nil where it is not of the table, of another site, or breaks a level's limits.
    public static func parse(_ text: String, site: SiteName) -> Topic? {
        Self.parse(text.utf8.span, site: site)
    }

    private static func parseHash(_ levels: borrowing TopicLevels, _ bytes: Span<UInt8>) -> Topic? {
        if levels.equals(2, "ch", bytes) { return levels.hash(3, bytes).map(Topic.channel) }
        if levels.equals(2, "in", bytes) { return levels.hash(3, bytes).map(Topic.ingest) }
        return nil
    }

    private static func parsePair(_ levels: borrowing TopicLevels, _ bytes: Span<UInt8>) -> Topic? {
        guard let request = levels.name(4, limit: Self.maximumRequestBytes, bytes) else { return nil }
        if levels.equals(2, "work", bytes) {
            return levels.component(3, bytes).map { .work(component: $0, job: request) }
        }
        guard let name = levels.name(3, limit: Self.maximumNameBytes, bytes) else { return nil }
        if levels.equals(2, "notify", bytes) { return .notify(account: name, request: request) }
        if levels.equals(2, "reply", bytes) { return .notifyReply(account: name, request: request) }
        if levels.equals(2, "done", bytes) { return .done(node: name, job: request) }
        return nil
    }

    private static func parseTriple(_ levels: borrowing TopicLevels, _ bytes: Span<UInt8>) -> Topic? {
        guard let user = levels.name(3, limit: Self.maximumNameBytes, bytes),
            let request = levels.name(5, limit: Self.maximumRequestBytes, bytes)
        else { return nil }
        if levels.equals(2, "up", bytes) {
            return levels.name(4, limit: ComponentName.maximumBytes, bytes).map {
                .upstream(user: user, component: $0, request: request)
            }
        }
        if levels.equals(2, "re", bytes) {
            return levels.name(4, limit: Self.maximumNameBytes, bytes).map {
                .reply(user: user, client: $0, request: request)
            }
        }
        return nil
    }

    private static func parseControl(_ levels: borrowing TopicLevels, _ bytes: Span<UInt8>) -> Topic? {
        guard levels.equals(2, "ctl", bytes) else { return nil }
        var rest: [String] = []
        for index in 3..<levels.count {
            guard let level = levels.name(index, limit: TopicLevels.maximumBytes, bytes) else { return nil }
            rest.append(level)
        }
        return .control(rest.joined(separator: "/"))
    }
}
