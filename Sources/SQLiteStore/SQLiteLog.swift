/// The audit log as it grows: what the sequencer, witnesses and time-stamps read and write.
public struct SQLiteLog: Sendable {
  let store: SQLiteFileStore

  public init(_ store: SQLiteFileStore) { self.store = store }
}
