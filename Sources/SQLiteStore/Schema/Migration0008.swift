extension Migration {
  /// Contracts with partners.
  static let contracts = Migration("0008", [registry])

  /// Operators, partners with their clients, acts that wait for a second person, and the number of acts so far.
  private static let registry = """
    CREATE TABLE operator (
      id TEXT PRIMARY KEY, roles TEXT NOT NULL, spki BLOB NOT NULL UNIQUE, state TEXT NOT NULL, added INTEGER NOT NULL,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE partner (
      id TEXT PRIMARY KEY, revision INTEGER NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL, sealed BLOB,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE partner_client (
      id TEXT PRIMARY KEY, partner TEXT NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL, sealed BLOB,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE change (
      id TEXT PRIMARY KEY, body BLOB NOT NULL, proposed_by TEXT NOT NULL, proposed INTEGER NOT NULL,
      expires INTEGER NOT NULL, state TEXT NOT NULL, decided_by TEXT, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX change_proposed ON change (proposed, id);
    CREATE TABLE registry_state (
      one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, row_mac BLOB NOT NULL);
    """
}
