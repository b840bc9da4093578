import Foundation

/// The bridge's own program, as the build has made it.
enum BridgeExecutable {
    /// Makes a program of it.
    static func program(_ arguments: [String]) throws -> Program {
        Program(executable: try self.path(), arguments: arguments)
    }

    private static func path() throws -> String {
        if let named = ProcessInfo.processInfo.environment["REALTIME_BRIDGE_EXECUTABLE"] { return named }
        // The test bundle lies in the folder of the build's products, or is itself a folder there.
        var folder = Bundle.main.bundleURL
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("realtime-bridge").path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        throw BridgeError(
            description: "realtime-bridge is not beside the tests; REALTIME_BRIDGE_EXECUTABLE may name it"
        )
    }
}
