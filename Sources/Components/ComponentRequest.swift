public import Realtime

/// An upstream message as a component's callback gets it.
public struct ComponentRequest: Sendable {
    /// The bridge's id of the message, the same in every attempt: see ``MessageID``.
    public let id: String
    /// When the bridge took it, in Unix milliseconds.
    public let time: Int64
    /// The user of the sender's grant; never what a payload claims.
    public let user: String
    /// The application's session of the sender's grant.
    public let session: String
    /// The sender's MQTT client id.
    public let client: String
    /// The component that is asked.
    public let component: ComponentName
    /// The client's own, unique id for the request.
    public let request: String
    /// The payload: one line of valid JSON.
    public let payload: EventPayload

    /// Creates a request.
    public init(
        id: String,
        time: Int64,
        user: String,
        session: String,
        client: String,
        component: ComponentName,
        request: String,
        payload: EventPayload
    ) {
        self.id = id
        self.time = time
        self.user = user
        self.session = session
        self.client = client
        self.component = component
        self.request = request
        self.payload = payload
    }
}
