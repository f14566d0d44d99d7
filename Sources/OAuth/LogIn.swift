import WireJSON

extension TokenService {
  /// The account of a user who knows its password.
  ///
  /// Wrong tries are counted by name before the password is looked at, for names that do not exist too: neither text nor
  /// time tells which names there are.
  public func verify(username: String, password: String) async throws -> Account {
    let now = now()
    let key = Self.digest("log-in " + username)
    let rules = rules
    let account = try await store.writeOAuth { store in
      var tries = try store.entry(.failedLogIns, key).flatMap(FailedLogIns.init) ?? FailedLogIns(count: 0, since: now)
      if now - tries.since >= rules.failureWindow { tries = FailedLogIns(count: 0, since: now) }
      guard tries.count < rules.maximumFailures else {
        throw Refusal.tooManyFailures(retryAfter: tries.since + rules.failureWindow - now)
      }
      tries.count += 1
      try store.put(tries.entry(key, expires: tries.since + rules.failureWindow))
      return try store.account(username)
    }
    // An unknown user costs the same time as a wrong password.
    let isRight = try await hasher.isRight(password, for: account?.passwordHash ?? "")
    guard let account, isRight else { throw Refusal.loginFailed }
    try await store.writeOAuth { try $0.removeEntry(.failedLogIns, key) }
    return account
  }

  /// The signer behind a partner's name for its user; nil if the partner has no such user.
  public func signer(named username: String, of partner: String) async throws -> String? {
    guard let account = try await store.readOAuth({ try $0.account(username) }), account.partner == partner else {
      return nil
    }
    return account.signer
  }
}

private struct FailedLogIns {
  var count: Int
  let since: Int64

  init(count: Int, since: Int64) {
    self.count = count
    self.since = since
  }

  init?(_ entry: OAuthEntry) {
    guard let body = try? JSONValue.parse(entry.body).object, let count = body["count"]?.integer,
      let since = body["since"]?.integer
    else { return nil }
    self.init(count: Int(count), since: since)
  }

  func entry(_ key: [UInt8], expires: Int64) -> OAuthEntry {
    let body: JSONValue = ["count": .integer(Int64(count)), "since": .integer(since)]
    return OAuthEntry(kind: .failedLogIns, digest: key, expires: expires, body: body.canonical())
  }
}
