import Foundation

/// The scripts beside these tests.
enum ClientScript {
    static func path(_ name: String) -> String {
        self.folder + "/" + name
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Clients").path
}
