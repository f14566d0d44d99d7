internal import GRDB
internal import OAuth
internal import SoleControl

extension AccessTokenReading where Self: SQLiteReader {
  func hasAccessToken(_ digest: [UInt8]) throws -> Bool {
    let row = try one(tables.oauth.token, "digest = ?", [Self.data(digest)])
    return row.map { $0["kind"] == TokenRecord.Kind.access.rawValue } ?? false
  }
}

extension OAuthReading where Self: SQLiteReader {
  func token(_ digest: [UInt8]) throws -> TokenRecord? {
    try one(tables.oauth.token, "digest = ?", [Self.data(digest)]).map { row in
      guard let (kind, scopes) = TokenRecord.rights(row["kind"]) else { throw StoreError.corrupt }
      return TokenRecord(
        digest: digest, kind: kind, partner: row["partner"], signer: row["signer"], client: row["client"],
        grant: row["grant_id"], expires: row["expires"], scopes: scopes)
    }
  }

  func account(_ username: String) throws -> Account? {
    try one(tables.oauth.account, "username = ?", [username]).map {
      Account(
        username: $0["username"], passwordHash: $0["password_hash"], partner: $0["partner"], signer: $0["signer"])
    }
  }

  func entry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws -> OAuthEntry? {
    try one(tables.oauth.entry, "kind = ? AND digest = ?", [kind.rawValue, Self.data(digest)]).map {
      OAuthEntry(
        kind: kind, digest: digest, expires: $0["expires"], body: Self.bytes($0["body"]), keptFor: $0["kept_for"])
    }
  }
}

extension OAuthWriting where Self: SQLiteWriter {
  func put(_ token: TokenRecord) throws {
    try insert(
      tables.oauth.token,
      [
        Self.data(token.digest), token.rights, token.partner, token.signer, token.client, token.grant,
        token.expires,
      ], or: .replace)
  }

  func removeToken(_ digest: [UInt8]) throws {
    try remove(tables.oauth.token, "digest = ?", [Self.data(digest)])
  }

  func removeGrant(_ grant: String) throws { try remove(tables.oauth.token, "grant_id = ?", [grant]) }

  func put(_ account: Account) throws {
    try insert(
      tables.oauth.account, [account.username, account.passwordHash, account.partner, account.signer], or: .replace)
  }

  func put(_ entry: OAuthEntry) throws {
    try insert(
      tables.oauth.entry,
      [
        entry.kind.rawValue, Self.data(entry.digest), entry.expires, Self.data(entry.body), entry.keptFor,
        entry.body.count,
      ], or: .replace)
  }

  func removeEntry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws {
    try remove(tables.oauth.entry, "kind = ? AND digest = ?", [kind.rawValue, Self.data(digest)])
  }

  /// Rows that one call removes of each table: other callers wait meanwhile.
  private static var cleared: Int { 200 }

  func removeEntries(expiredBefore time: Int64) throws {
    try remove(
      tables.oauth.entry,
      "(kind, digest) IN (SELECT kind, digest FROM oauth_entry WHERE expires < ? ORDER BY expires LIMIT ?)",
      [min(time, horizon), Self.cleared])
  }

  func removeTokens(expiredBefore time: Int64) throws {
    try remove(
      tables.oauth.token, "digest IN (SELECT digest FROM token WHERE expires < ? ORDER BY expires LIMIT ?)",
      [min(time, horizon), Self.cleared])
  }

  /// Counts without looking at MACs: there may be thousands, and rows that somebody added push others out. Numbers are
  /// cast, because SQLite keeps what an editor writes, whatever the column's type.
  func limit(_ kind: OAuthEntry.Kind, keptFor client: String, to count: Int, octets: Int) throws {
    let sums = try one(
      "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS INTEGER) FROM oauth_entry WHERE kept_for = ? AND kind = ?",
      [client, kind.rawValue])
    var (rest, size): (Int, Int) = sums.map { ($0[0], $0[1]) } ?? (0, 0)
    while rest > count || size > octets {
      let oldest = try all(
        "SELECT digest, CAST(size AS INTEGER) FROM oauth_entry WHERE kept_for = ? AND kind = ? ORDER BY expires LIMIT ?",
        [client, kind.rawValue, Self.cleared])
      guard !oldest.isEmpty else { return }
      for row in oldest where rest > count || size > octets {
        try removeEntry(kind, row.octets(0))
        rest -= 1
        size -= row[1]
      }
    }
  }
}
