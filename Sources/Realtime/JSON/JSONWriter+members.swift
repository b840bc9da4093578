extension JSONWriter {
    /// Writes the member `"error":{"code","message"}`.
    public mutating func error(_ error: RealtimeError) {
        self.key("error")
        self.object { shape in
            shape.key("code")
            shape.string(error.code.rawValue)
            shape.key("message")
            shape.string(error.message)
        }
    }

    /// Writes the members that say how far a channel was read, and what of it: `"position","recovered"`.
    public mutating func reading(to position: Position, recovered: Recovery) {
        self.key("position")
        self.string(position.description)
        self.key("recovered")
        self.string(recovered.rawValue)
    }
}
