public import BridgeCore
import HTTPTypes
import Hummingbird
import NIOCore
import Realtime

/// Whether the bridge's parts work.
public struct BridgeStatus: Sendable {
    /// The broker is connected; `nil` where there is none to connect to.
    let isBusConnected: @Sendable () -> Bool?
    let isMirrorBehind: @Sendable () -> Bool
    let log: @Sendable () -> LogStatus
    /// Each component's figures, by its name.
    let components: @Sendable () -> [String: ComponentStatus]

    /// Creates a status.
    public init(
        isBusConnected: @escaping @Sendable () -> Bool?,
        isMirrorBehind: @escaping @Sendable () -> Bool = { false },
        log: @escaping @Sendable () -> LogStatus,
        components: @escaping @Sendable () -> [String: ComponentStatus] = { [:] }
    ) {
        self.isBusConnected = isBusConnected
        self.isMirrorBehind = isMirrorBehind
        self.log = log
        self.components = components
    }
}

extension BridgeAPI {
    /// `GET /healthz`: the process runs and answers.
    @Sendable
    func getHealth(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        Self.json(Array(#"{"status":"ok"}"#.utf8))
    }

    /// `GET /readyz`: without the log nothing can be published; without the broker the bridge still serves its clients,
    /// and without the store of replies it answers them, though after a crash their callbacks could run again.
    @Sendable
    func getReadiness(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        guard self.status.log().isWorking else {
            return Self.json(Array(#"{"status":"unavailable","log":"failed"}"#.utf8), status: .serviceUnavailable)
        }
        var faults: [(part: String, state: String)] = []
        if self.status.isBusConnected() == false { faults.append(("bus", "disconnected")) }
        if !self.upstream.service.status.isStoring { faults.append(("replies", "failed")) }
        var json = JSONWriter()
        json.object { json in
            json.key("status")
            json.string(faults.isEmpty ? "ready" : "degraded")
            for fault in faults {
                json.key(fault.part)
                json.string(fault.state)
            }
        }
        return Self.json(json.bytes)
    }
}
