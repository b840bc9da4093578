public import Components
public import EventLog
public import Realtime

/// Which components and areas are enabled, and how long their channels keep events.
public struct AreaRules: Sendable {
    private let components: [ComponentName: ComponentSettings]
    /// How channels keep events whose area says nothing else.
    public let defaultPolicy: ChannelPolicy
    private let policies: [ComponentName: [String: ChannelPolicy]]

    /// Creates the rules.
    ///
    /// - Parameters:
    ///   - components: The components that are enabled.
    ///   - defaultPolicy: How channels keep events whose area says nothing else.
    ///   - policies: How areas keep events, by component and area.
    public init(
        components: [ComponentName: ComponentSettings],
        defaultPolicy: ChannelPolicy = ChannelPolicy(),
        policies: [ComponentName: [String: ChannelPolicy]] = [:]
    ) {
        self.components = components
        self.defaultPolicy = defaultPolicy
        self.policies = policies
    }

    /// How a channel keeps its events.
    public func policy(of channel: Channel) -> ChannelPolicy {
        self.policies[channel.component]?[channel.area] ?? self.defaultPolicy
    }

    /// Refuses a channel whose component or area is not enabled.
    ///
    /// - Throws: `component_disabled` or `area_disabled`.
    public func check(_ channel: Channel) throws(RealtimeError) {
        guard !channel.component.isReserved else {
            throw RealtimeError(.componentDisabled, "components whose names begin with realtime_ have no channels")
        }
        try self.check(channel.component)
        guard self.components[channel.component]?.areas?.contains(channel.area) ?? true else {
            throw RealtimeError(
                .areaDisabled, "area \(channel.area) of \(channel.component) is not enabled"
            )
        }
    }

    /// Refuses a component that is not enabled; the bridge's own always are.
    ///
    /// - Throws: `component_disabled`.
    public func check(_ component: ComponentName) throws(RealtimeError) {
        guard component.isReserved || self.components[component] != nil else {
            throw RealtimeError(.componentDisabled, "component \(component) is not enabled")
        }
    }
}
