/// A method that a path does not serve; its answer has to name those that it does (RFC 9110, 15.5.6).
struct MethodNotAllowed: Error {
    /// The methods served, in the form of the `Allow` field.
    let allowed: String
}
