internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

// Wrong tries and challenges. One-time codes, messages and used tokens have files of their own.

extension FactorReading where Self: SQLiteReader {
  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    let row = try one(tables.factors.state, "credential = ? AND factor = ?", [credential.rawValue, factor.rawValue])
    return row.map { FactorState(failures: $0["failures"], lastStep: $0["last_step"]) } ?? .fresh
  }

  func challenge(_ digest: [UInt8]) throws -> Challenge? {
    try one(tables.factors.challenge, "digest = ?", [Self.data(digest)]).map { row in
      guard let factor = FactorID(rawValue: row["factor"]) else { throw StoreError.corrupt }
      return Challenge(
        digest: digest, credential: CredentialID(row["credential"]), factor: factor, expires: row["expires"])
    }
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    try fitting(
      tables.factors.challenge, "credential = ? AND factor = ? ORDER BY made", [credential.rawValue, factor.rawValue]
    ).map { row in
      Challenge(digest: Self.bytes(row["digest"]), credential: credential, factor: factor, expires: row["expires"])
    }
  }
}

extension FactorWriting where Self: SQLiteWriter {
  func put(_ state: FactorState, _ factor: FactorID, of credential: CredentialID) throws {
    try insert(
      tables.factors.state, [credential.rawValue, factor.rawValue, state.failures, state.lastStep], or: .replace)
  }

  func add(_ challenge: Challenge, keep: Int) throws {
    let next: Int64? = try one(
      "SELECT CAST(COALESCE(MAX(made), 0) + 1 AS INTEGER) FROM challenge WHERE credential = ? AND factor = ?",
      [challenge.credential.rawValue, challenge.factor.rawValue])?[0]
    try insert(
      tables.factors.challenge,
      [
        Self.data(challenge.digest), challenge.credential.rawValue, challenge.factor.rawValue, challenge.expires, next,
      ])
    try remove(
      tables.factors.challenge,
      """
      credential = ?1 AND factor = ?2 AND made <=
        (SELECT made FROM challenge WHERE credential = ?1 AND factor = ?2 ORDER BY made DESC LIMIT 1 OFFSET ?3)
      """,
      [challenge.credential.rawValue, challenge.factor.rawValue, keep])
  }

  func take(challenge digest: [UInt8]) throws -> Bool {
    try remove(tables.factors.challenge, "digest = ?", [Self.data(digest)]) == 1
  }
}
