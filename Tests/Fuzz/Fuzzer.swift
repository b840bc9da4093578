#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// libFuzzer with our targets: `FUZZ_TARGET` names the one, the arguments are libFuzzer's own.
///
/// libFuzzer brings a `main` too, but the package manager makes this one the executable's.
@main
enum Fuzzer {
    static func main() {
        guard FuzzTarget.chosen != nil else {
            print("FUZZ_TARGET is one of: " + FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
            exit(2)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments, tryOneInput))
    }
}

extension FuzzTarget {
    /// The target that the environment names.
    static let chosen = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }
}

/// Tries one input of libFuzzer; 0: it may be kept in the corpus.
@c(LLVMFuzzerTestOneInput)
public func tryOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(Array(UnsafeBufferPointer(start: start, count: count)))
    FuzzTarget.chosen?.run(&input)
    return 0
}

/// See `LLVMFuzzerRunDriver` in libFuzzer's FuzzerInterface.h: returns the exit status.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
