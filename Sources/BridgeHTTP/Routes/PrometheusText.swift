/// Metrics in Prometheus' text format 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        self.header(name, help, type: "gauge")
        self.text += "\(name) \(value)\n"
    }

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        self.header("\(name)_total", help, type: "counter")
        self.text += "\(name)_total \(value)\n"
    }

    /// A counter of several series; label values need no escaping.
    mutating func counter(_ name: String, _ help: String, _ values: [String: Int], label: String) {
        self.header("\(name)_total", help, type: "counter")
        for (value, count) in values.sorted(by: { $0.key < $1.key }) {
            self.text += "\(name)_total{\(label)=\"\(value)\"} \(count)\n"
        }
    }

    /// A gauge of several series; label values need no escaping.
    mutating func gauge(_ name: String, _ help: String, _ values: [String: Int], label: String) {
        self.header(name, help, type: "gauge")
        for (value, count) in values.sorted(by: { $0.key < $1.key }) {
            self.text += "\(name){\(label)=\"\(value)\"} \(count)\n"
        }
    }

    private mutating func header(_ name: String, _ help: String, type: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
}
