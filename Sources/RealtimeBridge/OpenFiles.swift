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

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    /// Raises the soft limit to the hard one (`setrlimit(2)`), and warns where that is too low.
    static func raise(connections: Int, logger: Logger) {
        var limit = rlimit()
        guard getrlimit(self.resource, &limit) == 0 else { return }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // Refused only where the system allows less than it says; what then holds is read below.
            setrlimit(self.resource, &limit)
            getrlimit(self.resource, &limit)
        }
        let needed = rlim_t(connections + self.reserve)
        if limit.rlim_cur < needed {
            logger.warning(
                "the limit of open files is lower than limits.connections needs",
                metadata: ["limit": "\(limit.rlim_cur)", "needed": "\(needed)"]
            )
        }
    }
}
