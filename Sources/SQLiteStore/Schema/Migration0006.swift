extension Migration {
  /// Receipts of signatures.
  static let receipts = Migration("0006", [receiptIndex])

  /// Places of entries by digests of what they name (`EntryName`). The row of name 0 says up to which position it has
  /// all.
  private static let receiptIndex = """
    CREATE TABLE receipt_index (
      name INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (name, position)) WITHOUT ROWID;
    """
}
