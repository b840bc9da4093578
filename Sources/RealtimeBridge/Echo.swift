import Components
import Realtime

extension ComponentDispatcher {
    /// Gives `realtime_echo` its callback: `{"receivedtime": Unix milliseconds, "echo": payload}`.
    func registerEcho(now: @escaping @Sendable () -> Int64) throws(RealtimeError) {
        try self.register(
            ComponentName("realtime_echo"),
            callback: .immediate { request in
                var json = JSONWriter(reserving: request.payload.bytes.count + 48)
                json.object { echo in
                    echo.key("receivedtime")
                    echo.int(now())
                    echo.key("echo")
                    echo.raw(request.payload.bytes)
                }
                return EventPayload(json)
            }
        )
    }
}
