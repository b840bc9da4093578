#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A standard stream, unbuffered: each line leaves at once, also into a pipe.
struct StandardStream {
    /// What a command prints for programs.
    static let output = StandardStream(descriptor: 1)
    /// Lines for people, beside what a command prints for programs.
    static let error = StandardStream(descriptor: 2)

    private let descriptor: Int32

    /// Whether somebody looks at it, rather than a program reading it.
    var isTerminal: Bool { isatty(self.descriptor) == 1 }

    /// Writes a line; what a closed pipe does not take is lost.
    func write(_ line: some Sequence<UInt8>) {
        self.put(Array(line) + [UInt8(ascii: "\n")])
    }

    /// Writes without ending the line.
    func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(self.descriptor, $0) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ line: String) {
        self.write(line.utf8)
    }
}

/// `write(2)`; the method above has its name.
private func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
