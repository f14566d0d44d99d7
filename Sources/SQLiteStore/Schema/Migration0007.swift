extension Migration {
  /// Time-stamps of checkpoints.
  static let timestamps = Migration("0007", [stamps])

  /// A time-stamped checkpoint of each day.
  private static let stamps = """
    CREATE TABLE audit_stamp (
      day INTEGER PRIMARY KEY, checkpoint BLOB NOT NULL, token BLOB NOT NULL, row_mac BLOB NOT NULL);
    """
}
