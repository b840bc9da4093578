public import Realtime

/// What a component decides about data that a client publishes to one of its channels.
public enum IngestVerdict: Sendable, Hashable {
    /// It becomes an event as it is.
    case accept
    /// It becomes an event with this payload.
    case replace(EventPayload)
    /// It becomes none; the reason is for the publisher.
    case refuse(reason: String)
}

extension IngestVerdict {
    /// How many bytes of a refusal's reason are shown.
    static let maximumReasonBytes = 200

    /// What of a refusal's reason may be shown: no control characters, at most 200 bytes, whole characters.
    package static func printable(_ reason: String) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in reason.unicodeScalars where scalar.properties.generalCategory != .control {
            count += UTF8.width(scalar)
            guard count <= Self.maximumReasonBytes else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
