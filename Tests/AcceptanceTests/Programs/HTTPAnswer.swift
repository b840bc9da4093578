/// An answer of the bridge, as far as tests ask.
struct HTTPAnswer {
    let status: Int
    /// The header lines in lower case.
    let head: String
    let body: JSON?

    /// The code of a problem; `nil` when it is none.
    var code: String? {
        self.head.contains("\r\ncontent-type: application/problem+json\r\n") ? self.body?["code"]?.string : nil
    }

    /// Waits for the next answer; `nil` when the bridge has ended the connection.
    init?(from connection: RawConnection) async {
        guard let head = await connection.take(through: Array("\r\n\r\n".utf8)) else { return nil }
        self.head = String(decoding: head, as: UTF8.self).lowercased()
        self.status = self.head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let length = self.head.firstMatch(of: /\r\ncontent-length: ([0-9]+)\r\n/).flatMap { Int($0.1) } ?? 0
        guard let body = await connection.take(length) else { return nil }
        self.body = try? JSON(parsing: String(decoding: body, as: UTF8.self))
    }

    /// All answers until the bridge ends the connection.
    static func all(from connection: RawConnection) async -> [HTTPAnswer] {
        var answers: [HTTPAnswer] = []
        while let answer = await HTTPAnswer(from: connection) { answers.append(answer) }
        return answers
    }
}
