internal import Synchronization

/// Rows whose seal the device has confirmed in this process. The very same octets need no second visit to the
/// device; a row that differs in any of them is checked anew.
final class VerifiedRows: Sendable {
  private struct Entry {
    let row: SealedRow
    let credential: Credential
  }

  private let entries: Mutex<LeastRecentlyUsed<CredentialID, Entry>>

  init(capacity: Int) { entries = Mutex(LeastRecentlyUsed(capacity: capacity)) }

  func credential(for row: SealedRow, id: CredentialID) -> Credential? {
    entries.withLock { entries in
      guard let entry = entries.value(for: id), entry.row == row else { return nil }
      return entry.credential
    }
  }

  func insert(_ credential: Credential, row: SealedRow) {
    entries.withLock { _ = $0.insert(Entry(row: row, credential: credential), for: credential.id) }
  }
}
