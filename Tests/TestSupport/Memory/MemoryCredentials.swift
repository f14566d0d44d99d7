import SoleControl
import Vocabulary

/// Credentials.
extension MemoryTransaction {
  func credential(_ id: CredentialID) throws -> ProtectedRow? {
    uses(.shared) { keys(to: id, $0) }
    return state.credentials[id]?.row
  }

  func mac(of id: CredentialID) throws -> [UInt8]? { try credential(id)?.mac }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow] {
    uses(.shared) { _ in [.credentials(of: signer)] }
    return state.credentials.filter { $0.value.signer == signer && $0.key.rawValue > after?.rawValue ?? "" }
      .sorted { $0.key.rawValue < $1.key.rawValue }.prefix(limit).map(\.value.row)
  }

  func put(_ row: ProtectedRow, of credential: Credential) throws {
    uses(.exclusive) { [.credential(credential.id, $0)] }
    state.credentials[credential.id] = MemoryState.Holding(row: row, signer: credential.signer)
  }
}
