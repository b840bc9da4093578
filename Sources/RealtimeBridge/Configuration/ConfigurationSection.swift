import Realtime
import Yams

/// A mapping of the configuration file, read member by member; what is left at the end is a mistake.
///
/// Every error names the member by its path, such as `components.mod_quiz.timeout`.
struct ConfigurationSection {
    let path: String
    private var members: [String: Node] = [:]

    init(_ node: Node, path: String) throws(RealtimeError) {
        self.path = path
        guard let mapping = node.mapping else {
            // An empty section is written as nothing at all.
            guard node.scalar?.string.isEmpty == true || node.tag == Tag(.null) else {
                throw RealtimeError(.configurationInvalid, "\(path): must be a mapping")
            }
            return
        }
        for (key, value) in mapping {
            guard let name = key.string else {
                throw RealtimeError(.configurationInvalid, "\(path): a name must be text")
            }
            self.members[name] = value
        }
    }

    /// Refuses members that nobody has asked for.
    func finish() throws(RealtimeError) {
        if let unknown = self.members.keys.sorted().first {
            throw RealtimeError(.configurationInvalid, "\(self.name(unknown)): not a known setting")
        }
    }

    func error(_ name: String, _ message: String) -> RealtimeError {
        RealtimeError(.configurationInvalid, "\(self.name(name)): \(message)")
    }

    /// Takes a member's names, for mappings whose names are the user's.
    mutating func takeAll() throws(RealtimeError) -> [(name: String, section: ConfigurationSection)] {
        var sections: [(String, ConfigurationSection)] = []
        for (name, node) in self.members.sorted(by: { $0.key < $1.key }) {
            sections.append((name, try ConfigurationSection(node, path: self.name(name))))
        }
        self.members = [:]
        return sections
    }

    mutating func section(_ name: String) throws(RealtimeError) -> ConfigurationSection? {
        guard let node = self.members.removeValue(forKey: name) else { return nil }
        return try ConfigurationSection(node, path: self.name(name))
    }

    mutating func sections(_ name: String) throws(RealtimeError) -> [ConfigurationSection] {
        guard let node = self.members.removeValue(forKey: name) else { return [] }
        guard let sequence = node.sequence else { throw self.error(name, "must be a list") }
        var sections: [ConfigurationSection] = []
        for (index, element) in sequence.enumerated() {
            sections.append(try ConfigurationSection(element, path: "\(self.name(name))[\(index)]"))
        }
        return sections
    }

    mutating func string(_ name: String) throws(RealtimeError) -> String? {
        guard let node = self.members.removeValue(forKey: name) else { return nil }
        guard let scalar = node.scalar?.string, !scalar.isEmpty else { throw self.error(name, "must be text") }
        return scalar
    }

    mutating func require(_ name: String) throws(RealtimeError) -> String {
        guard let value = try self.string(name) else { throw self.error(name, "is missing") }
        return value
    }

    mutating func strings(_ name: String) throws(RealtimeError) -> [String]? {
        guard let node = self.members.removeValue(forKey: name) else { return nil }
        guard let sequence = node.sequence else { throw self.error(name, "must be a list") }
        var strings: [String] = []
        for element in sequence {
            guard let text = element.scalar?.string else { throw self.error(name, "must be a list of texts") }
            strings.append(text)
        }
        return strings
    }

    mutating func bool(_ name: String) throws(RealtimeError) -> Bool? {
        guard let node = self.members.removeValue(forKey: name) else { return nil }
        guard let value = node.bool else { throw self.error(name, "must be true or false") }
        return value
    }

    mutating func count(_ name: String, from least: Int = 1) throws(RealtimeError) -> Int? {
        guard let text = try self.string(name) else { return nil }
        guard let value = Int(text), value >= least else {
            throw self.error(name, "must be a whole number from \(least)")
        }
        return value
    }

    /// A number of bytes: `512`, `64KiB`, `1MiB`, `1GiB`.
    mutating func bytes(_ name: String) throws(RealtimeError) -> Int? {
        guard let text = try self.string(name) else { return nil }
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)]
        return try self.number(text, units: units, name: name, example: "64KiB")
    }

    /// A time: `250ms`, `5s`, `5m`, `1h`; in milliseconds.
    mutating func milliseconds(_ name: String) throws(RealtimeError) -> Int? {
        guard let text = try self.string(name) else { return nil }
        let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        return try self.number(text, units: units, name: name, example: "5m")
    }

    private func number(
        _ text: String,
        units: [(suffix: String, factor: Int)],
        name: String,
        example: String
    ) throws(RealtimeError) -> Int {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let value = Int(text.dropLast(unit.suffix.count)), value > 0
        else { throw self.error(name, "must be a number with a unit, such as \(example)") }
        let (product, overflow) = value.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { throw self.error(name, "is too large") }
        return product
    }

    private func name(_ member: String) -> String {
        self.path.isEmpty ? member : "\(self.path).\(member)"
    }
}
