extension Migration {
  /// Indexes for an operator's page.
  static let operatorCounts = Migration("0005", [counted])

  /// Rows that an operator's page counts, so that it reads those alone.
  private static let counted = """
    CREATE INDEX factor_state_failing ON factor_state (failures, factor) WHERE failures > 0;
    CREATE INDEX throttle_waiting ON throttle (until, kind) WHERE until > 0;
    """
}
