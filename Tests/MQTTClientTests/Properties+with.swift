import MQTTCodec

extension Properties {
    /// Properties made in one expression.
    static func with(_ fill: (inout Properties) -> Void) -> Properties {
        var properties = Properties()
        fill(&properties)
        return properties
    }
}
