internal import Synchronization

/// Rows whose MAC the device has confirmed in this process. The very same octets need no second visit to the
/// device; a row that differs in any of them is checked anew.
final class VerifiedRows: Sendable {
  private struct Entry {
    let row: ProtectedRow
    let credential: Credential
  }

  /// Rows that were found edited and stand in the log already.
  private let reported = Mutex(LeastRecentlyUsed<ProtectedRow, Bool>(capacity: 1000))
  private let entries: Mutex<LeastRecentlyUsed<CredentialID, Entry>>

  init(capacity: Int) { entries = Mutex(LeastRecentlyUsed(capacity: capacity)) }

  func credential(for row: ProtectedRow, id: CredentialID) -> Credential? {
    entries.withLock { entries in
      guard let entry = entries.value(for: id), entry.row == row else { return nil }
      return entry.credential
    }
  }

  /// Whether this very row is found edited for the first time: repeated requests must not fill the log.
  func isNewFinding(_ row: ProtectedRow) -> Bool {
    reported.withLock { reported in
      guard reported.value(for: row) == nil else { return false }
      _ = reported.insert(true, for: row)
      return true
    }
  }

  func insert(_ credential: Credential, row: ProtectedRow) {
    entries.withLock { _ = $0.insert(Entry(row: row, credential: credential), for: credential.id) }
  }
}
