import GRDB
import GRDBSQLite
import Realtime

/// What SQLite, or the file system below it, failed with.
struct SQLiteFault: Error, Sendable {
    /// SQLite's primary result code; see "Result and Error Codes" in its documentation.
    let code: Int32
    /// What is wrong, in one sentence.
    let message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// What the last call on a connection failed with.
    init(_ database: OpaquePointer) {
        let code = sqlite3_errcode(database) & 0xFF
        self.init(code: code, message: Self.sentence(code, String(cString: sqlite3_errmsg(database))))
    }

    init(_ error: any Error) {
        switch error {
        case let fault as SQLiteFault: self = fault
        case let error as DatabaseError:
            let code = error.resultCode.rawValue
            self.init(code: code, message: Self.sentence(code, error.message ?? "unknown error"))
        default: self.init(code: SQLITE_ERROR, message: "the event log failed: \(error)")
        }
    }

    /// A block or row that cannot be what was written.
    static let damaged = SQLiteFault(code: SQLITE_CORRUPT, message: Self.sentence(SQLITE_CORRUPT, ""))
    /// The file was moved or deleted under the running bridge.
    static let gone = SQLiteFault(
        code: SQLITE_CANTOPEN,
        message: "the event log's file has been moved or deleted; it is opened again"
    )

    /// The error for whoever wanted to read or write.
    var error: RealtimeError { RealtimeError(.logUnavailable, self.message) }

    private static func sentence(_ code: Int32, _ detail: String) -> String {
        switch code {
        case SQLITE_FULL: "the event log cannot be written: the disk is full"
        case SQLITE_IOERR: "the event log cannot be read or written: the disk reports an error (\(detail))"
        case SQLITE_READONLY, SQLITE_PERM: "the event log cannot be written: its file or folder is read-only"
        case SQLITE_CANTOPEN: "the event log's file cannot be opened: check that its folder exists and can be written"
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            "the event log's file is damaged: stop the bridge, move the file and those beside it away or put a copy "
                + "back, and start again"
        case SQLITE_BUSY, SQLITE_LOCKED: "another program holds the event log's file locked"
        default: "the event log failed: \(detail)"
        }
    }
}
