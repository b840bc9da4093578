/// Names a failure in the client's reply and in the log alike.
package struct Incident: CustomStringConvertible {
    private let number = UInt64.random(in: .min ... .max)

    package init() {}

    package var description: String { String(self.number, radix: 36) }
}
