internal import GRDB
internal import SoleControl

/// Numbered migrations, forward only. A released one is never changed.
enum Schema {
  /// The migrations of this build, each in a file of its own.
  static let migrations: [Migration] = [
    .firstTables, .lanes, .rowSums, .cosignatures, .operatorCounts, .receipts, .timestamps, .contracts, .signers,
  ]

  /// - Parameter tables: protect the rows that a migration writes.
  static func migrator(_ tables: ProtectedTables) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name) { try migration.run($0, tables) }
    }
    return migrator
  }

  /// Checks that this build, or an earlier one of its line, made the file.
  ///
  /// - Throws: `StoreOpenError` if another one did. Nothing was changed.
  static func refuseForeign(_ db: Database, at path: String) throws {
    guard try db.tableExists("grdb_migrations") else { return }
    let names = try String.fetchSet(db, sql: "SELECT identifier FROM grdb_migrations")
    guard !names.isSubset(of: own) else { return }
    let isUnreleased = names.contains(firstOfUnreleased)
    throw StoreOpenError(
      description: isUnreleased
        ? "the database at \(path) was made by an unreleased build and cannot be read by this one. Move it away with its "
          + "-wal and -shm files and run 'countersign init', or remove the sandbox's state folder"
        : "the database at \(path) was made by a newer build; use that one")
  }

  /// Objects of a file that a gateway of this build made, by their names.
  static let made: [String: SchemaObject] = {
    do {
      let database = try DatabaseQueue()
      let tables = ProtectedTables(RowMACs(secret: [0]))
      try migrator(tables).migrate(database)
      return try database.read { try Snapshot($0, tables).schema() }
    } catch { fatalError("no schema: \(error)") }
  }()

  /// Whether a file has every table as this build uses it.
  static func isCurrent(_ db: Database) throws -> Bool {
    guard try db.tableExists("grdb_migrations") else { return false }
    return try own.isSubset(of: String.fetchSet(db, sql: "SELECT identifier FROM grdb_migrations"))
  }

  /// Whether a build made the file that kept no sums of rows.
  static func isBeforeSums(_ db: Database) throws -> Bool {
    guard try db.tableExists("grdb_migrations") else { return false }
    let applied = try String.fetchSet(db, sql: "SELECT identifier FROM grdb_migrations")
    return applied.contains(Migration.firstTables.name) && !applied.contains(Migration.rowSums.name)
  }

  private static let own = Set(migrations.map(\.name))

  /// The first migration of every build before the one that has `0001`.
  private static let firstOfUnreleased = "0001-first"
}
