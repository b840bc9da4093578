import Foundation

/// The bridge's own program and its examples, as the build has made them.
enum BridgeExecutable {
    /// Makes a program of it.
    static func program(_ arguments: [String]) throws -> Program {
        if let named = ProcessInfo.processInfo.environment["REALTIME_BRIDGE_EXECUTABLE"] {
            return Program(executable: named, arguments: arguments)
        }
        return Program(executable: try self.path(of: "realtime-bridge"), arguments: arguments)
    }

    /// Finds a program beside the tests.
    static func path(of name: String) throws -> String {
        // The test bundle lies in the folder of the build's products, or is itself a folder there.
        var folder = Bundle.main.bundleURL
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent(name).path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        throw BridgeError(
            description: "\(name) is not beside the tests; REALTIME_BRIDGE_EXECUTABLE may name the bridge"
        )
    }
}
