internal import GRDB

/// A step of the schema. A released one is never changed.
struct Migration: Sendable {
  typealias Adoption = @Sendable (Database, ProtectedTables) throws -> Void

  /// Four digits. Steps are taken in the order of `Schema.migrations`.
  let name: String
  private let statements: [String]
  private let adopt: Adoption?

  /// - Parameters:
  ///   - statements: in SQL; each may be several.
  ///   - adopt: writes rows of builds before again, afterwards.
  init(_ name: String, _ statements: [String], adopt: Adoption? = nil) {
    self.name = name
    self.statements = statements
    self.adopt = adopt
  }

  /// - Parameter tables: protect the rows that it writes.
  func run(_ db: Database, _ tables: ProtectedTables) throws {
    for statement in statements { try db.execute(sql: statement) }
    try adopt?(db, tables)
  }
}
