/// A database as the builds before migration `0001` left it: their list of migrations, and two of their tables.
public enum UnreleasedDatabase {
  private static let migrations = [
    "0001-first", "0002-jobs", "0003-one-time-codes", "0003-extensions", "0004-pending", "0005-authorization-server",
    "0006-used-tokens", "0007-app-requests", "0008-credential-orders", "0008-attempts", "0009-kept-requests",
    "0010-readiness", "0011-sealed-rows", "0012-instance-lease", "0013-account-seals",
  ]

  public static func make(at path: String) async throws {
    let list = migrations.map { "('\($0)')" }.joined(separator: ", ")
    try await sqlite(
      path,
      """
      PRAGMA journal_mode = WAL;
      CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
      INSERT INTO grdb_migrations VALUES \(list);
      CREATE TABLE credential (
        id TEXT PRIMARY KEY, signer TEXT NOT NULL, text BLOB NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID;
      INSERT INTO credential VALUES ('c', 's', x'00', x'00');
      CREATE TABLE audit (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL);
      CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash BLOB NOT NULL);
      INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
      """)
  }

  /// A database of a build that comes after this one.
  public static func addNewerMigration(at path: String) async throws {
    try await sqlite(path, "INSERT INTO grdb_migrations VALUES ('9999')")
  }

  private static func sqlite(_ path: String, _ statements: String) async throws {
    let result = try await run("/usr/bin/sqlite3", [path, statements])
    guard result.status == 0 else { throw Failure(output: result.output) }
  }

  struct Failure: Error { let output: String }
}
