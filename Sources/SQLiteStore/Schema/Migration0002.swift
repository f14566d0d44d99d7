internal import GRDB

extension Migration {
  /// The log in lanes and with a tree; invitations.
  static let lanes = Migration("0002", [auditLanes, invitations]) { db, tables in
    try LaneZero.adopt(db, tables.rowMACs)
  }

  /// Entries stand in the order in which they were recorded; with `position` they have their place in the tree.
  /// `audit_progress` has the lanes as far as their entries are in it.
  private static let auditLanes = """
    CREATE TABLE audit_entry (
      position INTEGER PRIMARY KEY, header BLOB NOT NULL, salt BLOB NOT NULL, payload BLOB NOT NULL);
    CREATE TABLE audit_lane (
      lane INTEGER PRIMARY KEY, instance TEXT NOT NULL, count INTEGER NOT NULL, last BLOB NOT NULL,
      row_mac BLOB NOT NULL);
    CREATE TABLE audit_progress (
      lane INTEGER PRIMARY KEY, instance TEXT NOT NULL, count INTEGER NOT NULL, last BLOB NOT NULL,
      row_mac BLOB NOT NULL);
    CREATE TABLE audit_tile (
      level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, UNIQUE (level, number));
    CREATE TABLE audit_tree (
      one INTEGER PRIMARY KEY CHECK (one = 1), checkpoint BLOB NOT NULL, time INTEGER NOT NULL, fence INTEGER NOT NULL,
      row_mac BLOB NOT NULL);
    """

  private static let invitations = """
    CREATE TABLE invitation (
      link BLOB PRIMARY KEY, id TEXT NOT NULL, instance TEXT NOT NULL, partner TEXT NOT NULL, credential TEXT NOT NULL,
      issuer TEXT NOT NULL, serial TEXT NOT NULL, certificate_expires INTEGER NOT NULL, recipient TEXT NOT NULL,
      language TEXT, expires INTEGER NOT NULL, is_done INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX invitation_due ON invitation (instance, due) WHERE is_done = 0 AND due IS NOT NULL;
    CREATE INDEX invitation_expires ON invitation (expires);
    CREATE INDEX invitation_credential ON invitation (credential);
    """
}
