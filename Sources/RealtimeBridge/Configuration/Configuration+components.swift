import Components
import EventLog
import Realtime

extension Configuration {
    mutating func readComponents(
        _ file: inout ConfigurationSection
    ) throws(RealtimeError) -> [ComponentName: ComponentSettings] {
        var components: [ComponentName: ComponentSettings] = [:]
        guard var all = try file.section("components") else { return components }
        for (name, section) in try all.takeAll() {
            var section = section
            guard let component = try? ComponentName(name) else {
                throw all.error(name, "must be a component's name, such as mod_quiz")
            }
            guard !component.isReserved else {
                throw all.error(name, "components whose names begin with realtime_ are the bridge's own")
            }
            var settings = ComponentSettings()
            if var areas = try section.section("areas") {
                var names: Set<String> = []
                for (area, options) in try areas.takeAll() {
                    var options = options
                    self.policies[component, default: [:]][area] = try self.policy(of: &options)
                    try options.finish()
                    names.insert(area)
                }
                settings.areas = names
            }
            if let timeout = try section.milliseconds("timeout") { settings.timeout = .milliseconds(timeout) }
            if let concurrency = try section.count("concurrency") { settings.concurrency = concurrency }
            if let waiting = try section.count("waiting") { settings.waiting = waiting }
            if let retries = try section.count("retries", from: 0) { settings.retries = retries }
            self.callbacks[component] = try Self.callback("callback", in: &section)
            switch try Self.callback("ingest", in: &section) {
            case .webhook(let webhook): self.ingestWebhooks[component] = webhook
            case .workers: throw section.error("ingest", "must be { webhook: { url: …, secret: whsec_… } }")
            case nil: break
            }
            try section.finish()
            components[component] = settings
        }
        return components
    }

    /// Reads how an area keeps its events.
    private func policy(of options: inout ConfigurationSection) throws(RealtimeError) -> ChannelPolicy {
        var policy = self.defaultPolicy
        if let retain = try options.string("retain") {
            guard retain == "last" else { throw options.error("retain", "must be last") }
            policy.retainsLast = true
        }
        if let history = try options.string("history") {
            guard history == "grant" else { throw options.error("history", "must be grant") }
            policy.historyFromGrantOnly = true
        }
        if var retention = try options.section("retention") {
            try Self.read(&retention, into: &policy.retention)
            try retention.finish()
        }
        return policy
    }
}
