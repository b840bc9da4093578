import Logging

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The limit of open files, of which every connection takes one.
enum OpenFiles {
    /// What the process needs beside connections.
    private static let reserve = 256
    /// What is left to newcomers and to HTTP when clients have all the rest.
    private static let newcomers = 1024

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    /// Raises the soft limit to the hard one (`setrlimit(2)`), and warns where that is too low.
    ///
    /// - Returns: How many sockets may be open in all, and how many of them clients may have: with more, the system would
    ///   refuse them, and whatever else needs a file.
    static func raise(connections: Int, logger: Logger) -> (sockets: Int, connections: Int) {
        var limit = rlimit()
        guard getrlimit(self.resource, &limit) == 0 else { return (.max, connections) }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // Refused only where the system allows less than it says; what then holds is read below.
            setrlimit(self.resource, &limit)
            getrlimit(self.resource, &limit)
        }
        let files = Int(clamping: limit.rlim_cur)
        let needed = connections + self.reserve + self.newcomers
        guard files < needed else { return (files - self.reserve, connections) }
        let sockets = max(files - self.reserve, 2)
        let possible = max(sockets - self.newcomers, sockets / 2)
        logger.warning(
            "the limit of open files is lower than limits.connections needs",
            metadata: ["limit": "\(files)", "needed": "\(needed)", "connections": "\(possible)"]
        )
        return (sockets, possible)
    }
}
