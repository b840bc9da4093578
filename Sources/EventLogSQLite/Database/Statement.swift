import GRDBSQLite
import Realtime

/// A prepared statement that is used again and again; confined to its connection's thread.
///
/// It calls SQLite itself, since GRDB's statements take `Data`, which would copy each block once more.
final class Statement {
    /// SQLITE_TRANSIENT: SQLite copies what is bound.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let database: OpaquePointer
    private let handle: OpaquePointer

    init(_ database: OpaquePointer, _ sql: String) throws(SQLiteFault) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFault(database) }
        self.database = database
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(self.handle)
    }

    /// Binds an integer; the first parameter is 1.
    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(self.handle, index, value)
    }

    func bind(_ index: Int32, _ value: UInt64) {
        sqlite3_bind_int64(self.handle, index, Int64(clamping: value))
    }

    func bind(_ index: Int32, _ channel: ChannelHash) {
        channel.withStoredBytes { self.bind(index, $0) }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.bind(index, $0) }
    }

    func bind(_ index: Int32, _ text: String) {
        sqlite3_bind_text(self.handle, index, text, -1, Self.transient)
    }

    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        // A blob without bytes has to have an address all the same, or it would be NULL.
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(self.handle, index, 0)
            return
        }
        sqlite3_bind_blob64(self.handle, index, address, UInt64(bytes.count), Self.transient)
    }

    /// Runs to the end with a large blob bound, which is not copied.
    func run(_ index: Int32, uncopied bytes: [UInt8]) throws(SQLiteFault) {
        let code = bytes.withUnsafeBytes { bytes in
            sqlite3_bind_blob64(self.handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
            let code = sqlite3_step(self.handle)
            sqlite3_reset(self.handle)
            sqlite3_bind_null(self.handle, index)
            return code
        }
        guard code == SQLITE_DONE else { throw SQLiteFault(self.database) }
    }

    /// Runs to the end.
    func run() throws(SQLiteFault) {
        while try self.step() {}
        self.reset()
    }

    /// Goes to the next row; after the last row or a failure the statement can be used anew.
    func step() throws(SQLiteFault) -> Bool {
        switch sqlite3_step(self.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            self.reset()
            return false
        default:
            let fault = SQLiteFault(self.database)
            self.reset()
            throw fault
        }
    }

    /// Ends reading before the last row.
    func reset() {
        sqlite3_reset(self.handle)
    }

    /// An integer of the present row; the first column is 0.
    func int(_ column: Int32) -> Int64 {
        sqlite3_column_int64(self.handle, column)
    }

    func unsigned(_ column: Int32) -> UInt64 {
        UInt64(clamping: self.int(column))
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let address = sqlite3_column_blob(self.handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(self.handle, column))
        return Array(UnsafeRawBufferPointer(start: address, count: count))
    }

    func text(_ column: Int32) -> String {
        String(decoding: self.bytes(column), as: UTF8.self)
    }

    func channel(_ column: Int32) -> ChannelHash? {
        self.bytes(column).withUnsafeBytes { ChannelHash(stored: $0) }
    }
}
