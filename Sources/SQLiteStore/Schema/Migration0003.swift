internal import GRDB

extension Migration {
  /// Sums of rows. Slots stand in one row for each SAD.
  static let rowSums = Migration("0003", [slots]) { db, tables in
    try SlotRows.adopt(db, tables)
    try RowSums.adopt(db, tables)
  }

  /// States of a SAD's slots, one octet each; the numbers of an operation's slots; and the sums of the rows that a
  /// process wrote. The table `slot` had a row for each slot.
  private static let slots = """
    CREATE TABLE slots (activation BLOB PRIMARY KEY, states BLOB NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    ALTER TABLE operation ADD COLUMN slots BLOB NOT NULL DEFAULT x'';
    ALTER TABLE audit_lane ADD COLUMN sums BLOB NOT NULL DEFAULT x'';
    """
}
