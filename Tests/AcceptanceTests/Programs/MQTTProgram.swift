import Testing

/// An MQTT client of another maker, a transport and a version.
enum MQTTProgram: CaseIterable, CustomTestStringConvertible {
    case pahoTCP3, pahoTCP5, pahoWebSocket3, pahoWebSocket5, mqttJSTCP3, mqttJSTCP5, mqttJSWebSocket3, mqttJSWebSocket5

    var testDescription: String {
        "\(self.isPaho ? "paho" : "MQTT.js"), \(self.isWebSocket ? "WebSocket" : "TCP"), \(self.isV5 ? "5" : "3.1.1")"
    }

    var isPaho: Bool { [.pahoTCP3, .pahoTCP5, .pahoWebSocket3, .pahoWebSocket5].contains(self) }
    var isV5: Bool { [.pahoTCP5, .pahoWebSocket5, .mqttJSTCP5, .mqttJSWebSocket5].contains(self) }
    var isWebSocket: Bool {
        [.pahoWebSocket3, .pahoWebSocket5, .mqttJSWebSocket3, .mqttJSWebSocket5].contains(self)
    }

    /// Runs the client beside the body, not yet connected.
    func run(_ body: (MQTTPeer) async throws -> Void) async throws {
        let program =
            if self.isPaho {
                ClientScript.python("mqtt_paho.py")
            } else {
                Program(
                    executable: "/usr/bin/node",
                    arguments: [ClientScript.path("mqtt_js.mjs")],
                    environment: ["NODE_PATH": "/usr/share/nodejs"]
                )
            }
        try await program.run { try await body(MQTTPeer(kind: self, program: $0)) }
    }

    /// Runs the client beside the body, connected to the edge with a grant.
    func connect(
        to bridge: RunningBridge,
        as grant: Grant,
        _ body: (MQTTPeer) async throws -> Void
    ) async throws {
        try await self.run { peer in
            let code = try await peer.connect(to: bridge, user: grant.user, password: grant.token)
            #expect(code == 0)
            try await body(peer)
        }
    }
}
