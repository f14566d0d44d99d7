/// The way in which a body of a store has a row that it declared.
public enum RowLock: Sendable, Hashable {
  /// It must stay as it is until the transaction ends. Others may read it.
  case shared
  /// Only this transaction may change it.
  case exclusive
}
