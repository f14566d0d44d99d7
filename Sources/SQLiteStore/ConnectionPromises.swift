internal import Foundation
internal import GRDB

/// Settings that every connection to a database file is promised to have. They are set when the connection is open, and
/// read back from this very connection: what a library does on the way (GRDB sets `synchronous` to NORMAL when it turns
/// on WAL) must not take a promise back unnoticed.
enum ConnectionPromises {
  /// The one that commits.
  case writer
  /// One that reads while the writer works.
  case reader
  /// One that looks into a file that may be out of use, a copy for example.
  case offline

  /// Opens a file.
  ///
  /// - Parameter meddling: statements that run between setting and reading back; stand for a library's in tests.
  /// - Throws: `StoreOpenError` if the connection has not what it is promised to have.
  func open(_ path: String, meddling: [String] = []) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.busySeconds)
    if self == .writer { configuration.journalMode = .wal } else { configuration.readonly = true }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try database.inDatabase { db in
      for (name, value) in promises where name != "journal_mode" {
        try db.execute(sql: "PRAGMA \(name) = \(value)")
      }
      for statement in meddling { try db.execute(sql: statement) }
    }
    try check(database)
    return database
  }

  /// Reads every promise back.
  func check(_ database: DatabaseQueue) throws {
    try database.inDatabase { db in
      for (name, value) in promises {
        let found = try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "unknown"
        guard found == value else {
          throw StoreOpenError(
            description: "the connection to the database does not have what it must: \(name) is \(found), not \(value)")
        }
      }
    }
  }

  private static let busySeconds = 10.0

  /// Names of SQLite's PRAGMAs, and their values as they are read back.
  private var promises: [(name: String, value: String)] {
    var promises = [
      // A commit is on the disk when it returns. FULL; in WAL mode EXTRA adds nothing.
      ("synchronous", "2"),
      // On systems that tell the two apart, on the disk and not in its cache.
      ("fullfsync", "1"), ("checkpoint_fullfsync", "1"),
      // Deleted content, a wrapped key for example, is overwritten. 1, not 2: that leaves it where writing costs extra.
      ("secure_delete", "1"),
      ("foreign_keys", "1"),
      ("busy_timeout", "\(Int(Self.busySeconds * 1000))"),
      // No rows in files elsewhere.
      ("temp_store", "2"),
    ]
    if self != .offline { promises.append(("journal_mode", "wal")) }
    if self != .writer { promises.append(("query_only", "1")) }
    return promises
  }
}
