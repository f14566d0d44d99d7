internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension CredentialReading where Self: SQLiteReader {
  func credential(_ id: CredentialID) throws -> ProtectedRow? {
    try one("SELECT text, mac FROM credential WHERE id = ?", [id.rawValue]).map(Self.protectedRow)
  }

  func mac(of id: CredentialID) throws -> [UInt8]? {
    try one("SELECT mac FROM credential WHERE id = ?", [id.rawValue]).map { $0.octets(0) }
  }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow] {
    try all(
      "SELECT text, mac FROM credential WHERE signer = ? AND id > ? ORDER BY id LIMIT ?",
      [signer.rawValue, after?.rawValue ?? "", limit]
    ).map(Self.protectedRow)
  }

  private static func protectedRow(_ row: StoredRow) -> ProtectedRow {
    ProtectedRow(text: row.octets(0), mac: row.octets(1))
  }
}

extension CredentialWriting where Self: SQLiteWriter {
  func put(_ row: ProtectedRow, of credential: Credential) throws {
    try replace(
      .credential, ["text": row.text],
      [credential.id.rawValue, credential.signer.rawValue, Self.data(row.mac)])
  }
}
