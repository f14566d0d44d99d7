internal import GRDB
internal import OAuth
internal import SoleControl

extension Snapshot: OAuthReading {
  func token(_ digest: [UInt8]) throws -> TokenRecord? {
    try one(
      "SELECT kind, partner, signer, client, grant_id, expires FROM token WHERE digest = ?", [Self.data(digest)]
    ).map { row in
      guard let kind = TokenRecord.Kind(rawValue: row[0]) else { throw StoreError.corrupt }
      return TokenRecord(
        digest: digest, kind: kind, partner: row[1], signer: row[2], client: row[3], grant: row[4], expires: row[5])
    }
  }

  func account(_ username: String) throws -> Account? {
    try one("SELECT username, password_hash, partner, signer FROM account WHERE username = ?", [username])
      .map { Account(username: $0[0], passwordHash: $0[1], partner: $0[2], signer: $0[3]) }
  }

  func entry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws -> OAuthEntry? {
    try one("SELECT expires, body FROM oauth_entry WHERE kind = ? AND digest = ?", [kind.rawValue, Self.data(digest)])
      .map { OAuthEntry(kind: kind, digest: digest, expires: $0[0], body: Self.bytes($0[1])) }
  }
}

extension Transaction: OAuthWriting {
  func put(_ token: TokenRecord) throws {
    try execute(
      """
      INSERT OR REPLACE INTO token (digest, kind, partner, signer, client, grant_id, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        Self.data(token.digest), token.kind.rawValue, token.partner, token.signer, token.client, token.grant,
        token.expires,
      ])
  }

  func removeToken(_ digest: [UInt8]) throws {
    try execute("DELETE FROM token WHERE digest = ?", [Self.data(digest)])
  }

  func removeGrant(_ grant: String) throws { try execute("DELETE FROM token WHERE grant_id = ?", [grant]) }

  func put(_ account: Account) throws {
    try execute(
      "INSERT OR REPLACE INTO account (username, password_hash, partner, signer) VALUES (?, ?, ?, ?)",
      [account.username, account.passwordHash, account.partner, account.signer])
  }

  func put(_ entry: OAuthEntry) throws {
    try execute(
      "INSERT OR REPLACE INTO oauth_entry (kind, digest, expires, body) VALUES (?, ?, ?, ?)",
      [entry.kind.rawValue, Self.data(entry.digest), entry.expires, Self.data(entry.body)])
  }

  func removeEntry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws {
    try execute("DELETE FROM oauth_entry WHERE kind = ? AND digest = ?", [kind.rawValue, Self.data(digest)])
  }

  /// Rows that one call removes of each table: other callers wait meanwhile.
  private static let cleared = 200

  func removeEntries(expiredBefore time: Int64) throws {
    try execute(
      """
      DELETE FROM oauth_entry WHERE (kind, digest) IN
        (SELECT kind, digest FROM oauth_entry WHERE expires < ? ORDER BY expires LIMIT ?)
      """, [time, Self.cleared])
  }

  func removeTokens(expiredBefore time: Int64) throws {
    try execute(
      "DELETE FROM token WHERE digest IN (SELECT digest FROM token WHERE expires < ? ORDER BY expires LIMIT ?)",
      [time, Self.cleared])
  }
}
