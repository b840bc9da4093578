public import Realtime

/// An upstream message as a component's callback gets it.
public struct ComponentRequest: Sendable {
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
        user: String,
        session: String,
        client: String,
        component: ComponentName,
        request: String,
        payload: EventPayload
    ) {
        self.user = user
        self.session = session
        self.client = client
        self.component = component
        self.request = request
        self.payload = payload
    }
}
