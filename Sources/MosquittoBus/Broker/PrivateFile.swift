internal import Foundation
internal import MessageBus

/// Files and folders that nobody else may read.
enum PrivateFile {
    /// Makes a folder with mode 0700, or gives it that mode.
    static func makeDirectory(_ path: String) throws(BusError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST, chmod(path, 0o700) == 0 else {
            throw Self.error("the folder \(path) could not be made private")
        }
    }

    /// Makes a folder of random name with mode 0700.
    static func makeTemporaryDirectory() throws(BusError) -> String {
        var template = Array("/tmp/realtime-bridge-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.error("no folder could be made in /tmp") }
        return template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    /// Writes a file with mode 0600; readers see the old text or the new one, never a part.
    static func write(_ text: String, to path: String) throws(BusError) {
        let draft = path + ".new"
        _ = unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error("\(draft) could not be made") }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = Self.error("\(draft) could not be written")
                _ = close(descriptor)
                throw error
            }
            rest = rest.dropFirst(count)
        }
        guard close(descriptor) == 0, rename(draft, path) == 0 else { throw Self.error("\(path) could not be written") }
    }

    private static func error(_ text: String) -> BusError {
        BusError(.configurationInvalid, "\(text): \(MosquittoLibrary.systemText(errno))", rawCode: errno)
    }
}
