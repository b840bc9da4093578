import GRDB

/// The tables of the log.
///
/// Events lie in `blocks`, appended and never searched through: each record names the number of its channel's previous
/// event, every 64th event of a channel has an `anchors` row, and `channels` has each channel's last event. A secondary
/// index over all events would cost more than everything else together.
enum LogSchema {
    /// Every how many events of a channel there is an anchor.
    static let anchorInterval: UInt64 = 64

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE log (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        identity BLOB NOT NULL,
                        epoch TEXT NOT NULL,
                        boot TEXT NOT NULL,
                        sync TEXT NOT NULL,
                        clean INTEGER NOT NULL,
                        flushed INTEGER NOT NULL,
                        wall INTEGER NOT NULL,
                        time INTEGER NOT NULL
                    );
                    CREATE TABLE blocks (first INTEGER PRIMARY KEY, data BLOB NOT NULL);
                    CREATE TABLE anchors (
                        channel BLOB NOT NULL,
                        sequence INTEGER NOT NULL,
                        number INTEGER NOT NULL,
                        time INTEGER NOT NULL,
                        PRIMARY KEY (channel, sequence)
                    ) WITHOUT ROWID;
                    CREATE TABLE channels (
                        channel BLOB PRIMARY KEY NOT NULL,
                        sequence INTEGER NOT NULL,
                        number INTEGER NOT NULL,
                        retention_time INTEGER NOT NULL,
                        retention_events INTEGER NOT NULL,
                        flags INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE TABLE keys (
                        channel BLOB NOT NULL,
                        key BLOB NOT NULL,
                        sequence INTEGER NOT NULL,
                        digest BLOB NOT NULL,
                        wall INTEGER NOT NULL,
                        time INTEGER NOT NULL,
                        PRIMARY KEY (channel, key)
                    ) WITHOUT ROWID;
                    CREATE TABLE cursors (name BLOB PRIMARY KEY NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
                    """)
        }
        return migrator
    }
}
