/// How a session ended.
struct SessionEnd {
    /// Why, for people.
    var reason: String
    /// How long the broker had accepted the connection; nil if it never did.
    var connectedFor: Duration?
    /// What it says of the version of MQTT that was spoken.
    var version = Version.fine

    /// What the end of a session that was not accepted says of the version.
    enum Version {
        /// Nothing against it.
        case fine
        /// The broker closed without a word: that is how some tell it.
        case suspect
        /// The broker does not speak it.
        case refused
    }
}
