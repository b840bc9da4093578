import Logging
import Realtime
import RealtimeBridge

/// The demo's application: a room where people see what others say, through a component's callback.
enum Demo {
    private static let component = "demo_chat"
    private static let maximumText = 500

    /// Makes a bridge with the component and its pages.
    static func makeBridge(
        _ base: Configuration,
        logger: Logger,
        onListening: @escaping @Sendable () -> Void
    ) throws(RealtimeError) -> Bridge {
        var configuration = base
        let name = try ComponentName(self.component)
        configuration.components = [name: ComponentSettings(areas: ["room"])]
        configuration.mirror = true
        // Enough for a demo, and within the usual limit of open files.
        configuration.limits.connections = 500
        let bridge = try Bridge(configuration, logger: logger, onListening: onListening)
        let room = try Channel(contextID: 1, component: name, area: "room", itemID: 0, details: "")
        try bridge.component(self.component) { request in
            try await self.say(request, in: room, bridge: bridge)
        }
        Page.demo.forEach(bridge.add)
        bridge.add(
            Page(path: "/demo/grant", method: .post) { body throws(RealtimeError) in
                let answer = try await bridge.grant(
                    GrantRequest(
                        user: self.user(named: try JSONValue.parse(body)["name"]?.string ?? ""),
                        session: "demo",
                        channels: [GrantRequest.ChannelRequest(channel: room, rights: .subscribe)],
                        components: [name, try ComponentName("realtime_echo")]
                    )
                )
                return ("application/json", answer.encode())
            }
        )
        return bridge
    }

    /// A user of their own for everyone, with what can be used of the name: two windows may give the same.
    private static func user(named name: String) -> String {
        let letters = name.unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic }.prefix(20)
        return String(String.UnicodeScalarView(letters)) + "-" + String(Int.random(in: 1000...9999))
    }

    /// The callback: what somebody says becomes an event that everybody sees.
    private static func say(
        _ request: ComponentRequest,
        in room: Channel,
        bridge: Bridge
    ) async throws(RealtimeError) -> EventPayload {
        let message = try JSONValue.parse(request.payload.bytes)
        guard let text = message["text"]?.string, !text.isEmpty, text.utf8.count <= self.maximumText else {
            throw RealtimeError(.payloadInvalid, "text must have 1 to \(self.maximumText) bytes")
        }
        var event = JSONWriter()
        event.object { json in
            json.key("user")
            json.string(request.user)
            json.key("text")
            json.string(text)
        }
        let position = try await bridge.notify(room, payload: EventPayload(event))
        var reply = JSONWriter()
        reply.object { json in
            json.key("delivered")
            json.bool(true)
            json.key("position")
            json.string(position.description)
        }
        return EventPayload(reply)
    }
}
