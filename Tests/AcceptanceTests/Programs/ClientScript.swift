import Foundation

/// The scripts beside these tests.
enum ClientScript {
    static func path(_ name: String) -> String {
        self.folder + "/" + name
    }

    /// A script in Python, which leaves no compiled files beside it.
    static func python(_ name: String) -> Program {
        Program(executable: "/usr/bin/python3", arguments: ["-B", self.path(name)])
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Clients").path
}
