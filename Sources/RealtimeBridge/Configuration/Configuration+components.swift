import Components
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
                    try self.noteUnserved(["retain", "history", "retention"], in: &options)
                    try options.finish()
                    names.insert(area)
                }
                settings.areas = names
            }
            if let timeout = try section.milliseconds("timeout") { settings.timeout = .milliseconds(timeout) }
            if let concurrency = try section.count("concurrency") { settings.concurrency = concurrency }
            try self.noteUnserved(["callback"], in: &section)
            try section.finish()
            components[component] = settings
        }
        return components
    }

    private mutating func noteUnserved(_ names: [String], in section: inout ConfigurationSection) throws(RealtimeError)
    {
        for name in names where section.drop(name) {
            self.notServed.append("\(section.path).\(name)")
        }
    }
}
