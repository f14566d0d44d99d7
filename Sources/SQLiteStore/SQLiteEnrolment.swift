public import Enrolment

/// The store of enrolment in the embedded database.
public struct SQLiteEnrolment: EnrolmentStore {
  let store: SQLiteFileStore

  public init(_ store: SQLiteFileStore) { self.store = store }

  public func readEnrolment<Output: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey], _ body: @escaping @Sendable (any EnrolmentReading) throws -> Output
  ) async throws -> Output {
    try await store.read { try body($0) }
  }

  public func writeEnrolment<Output: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey],
    _ body: @escaping @Sendable (any EnrolmentTransaction) throws -> Output
  ) async throws -> Output {
    try await store.write { try body($0) }
  }
}
