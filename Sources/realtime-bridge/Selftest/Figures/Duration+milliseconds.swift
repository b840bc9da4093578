extension Duration {
    /// Milliseconds with so many decimals, 0 to 6, such as `-1.250`; what is beyond them is cut off.
    func milliseconds(decimals: Int) -> String {
        let (seconds, attoseconds) = self.components
        let nanoseconds = (seconds * 1_000_000_000 + attoseconds / 1_000_000_000).magnitude
        let digits = String(nanoseconds % 1_000_000)
        let fraction = (String(repeating: "0", count: 6 - digits.count) + digits).prefix(decimals)
        let sign = self < .zero ? "-" : ""
        return "\(sign)\(nanoseconds / 1_000_000)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
