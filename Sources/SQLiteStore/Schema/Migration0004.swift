extension Migration {
  /// Cosignatures of witnesses.
  static let cosignatures = Migration("0004", [witnesses])

  /// The newest cosignature of each witness, with the checkpoint that it is of.
  private static let witnesses = """
    CREATE TABLE audit_cosignature (
      witness TEXT PRIMARY KEY, checkpoint BLOB NOT NULL, signature BLOB NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    """
}
