public import Attempts

extension TokenService {
  /// The account of a user who knows its password.
  ///
  /// Tries are counted before the password is looked at, by name and address, and for names that do not exist as for
  /// others: neither text nor time tells which names there are (Specs/decisions/0027-brute-force.md).
  ///
  /// - Throws: `Refusal`; `PasswordHasherBusy` if too many wait, which counts nothing.
  /// - Parameters:
  ///   - client: whose pages the person is on; nil for `auth/login`.
  ///   - accepts: whether this account may log in here. If not, it is a wrong password.
  public func verify(
    username: String, password: String, from origin: Origin = .local, client: String? = nil,
    accepts: @Sendable (Account) -> Bool = { _ in true }
  ) async throws -> Account {
    // Before it is counted: or each spelling of a name would have tries of its own.
    let username = AccountName.prepared(username)
    let attempt = LogInAttempt(username, origin, client)
    // One at a time, or right passwords that come together would count as failures until the first is known to be right.
    guard !hasher.isBusy,
      let account = try await turns.take(
        attempt.pair, { try await verify(attempt, username: username, password: password, accepts: accepts) })
    else { throw PasswordHasherBusy() }
    return account
  }

  private func verify(
    _ attempt: LogInAttempt, username: String, password: String, accepts: @Sendable (Account) -> Bool
  ) async throws -> Account {
    let now = now()
    let (account, counted, spared) = try await store.writeOAuth { store in
      if let wait = try store.wait(attempt.keys, known: attempt.pair, now: now) {
        throw Refusal.tooManyFailures(retryAfter: wait)
      }
      // What does not hold up a known address is counted only when the password is wrong.
      let spared =
        try store.isKnown(attempt.pair, now: now) ? attempt.keys.filter(\.kind.sparesKnownAddresses) : []
      let counted = attempt.keys.filter { !spared.contains($0) }
      try store.count(counted, now: now)
      return (try store.account(username), counted, spared)
    }
    let isRight: Bool
    do {
      // An unknown user costs the same time as a wrong password, and as what can be no password.
      let prepared = PreparedPassword(password)
      isRight = try await hasher.isRight(
        prepared ?? .impossible, for: prepared == nil ? "" : account?.passwordHash ?? "")
    } catch {
      try await store.writeOAuth { try $0.takeBack(counted) }
      throw error
    }
    guard let account, isRight, accepts(account) else {
      if !spared.isEmpty { try await store.writeOAuth { _ = try $0.count(spared, now: now) } }
      throw Refusal.loginFailed
    }
    try await store.writeOAuth { try $0.succeed(counted, pair: attempt.pair, now: now) }
    return account
  }

  /// An account with this name and password, ready to be stored.
  ///
  /// - Throws: `UnsuitablePassword`.
  public func newAccount(
    username: String, password: String, partner: String, signer: String
  ) async throws -> Account {
    guard let password = PreparedPassword(password) else { throw UnsuitablePassword() }
    return Account(
      username: AccountName.prepared(username), passwordHash: try await hasher.hash(password), partner: partner,
      signer: signer)
  }

  /// Forgets the wrong passwords of a name, wherever they came from. For the operator.
  ///
  /// - Returns: how many counters there were.
  public func unlock(username: String) async throws -> Int {
    try await store.writeOAuth { try $0.removeAttempts(of: AttemptKey.owner(ofName: AccountName.prepared(username))) }
  }

  /// The signer behind a partner's name for its user; nil if the partner has no such user.
  public func signer(named username: String, of partner: String) async throws -> String? {
    let name = AccountName.prepared(username)
    guard let account = try await store.readOAuth({ try $0.account(name) }), account.partner == partner else {
      return nil
    }
    return account.signer
  }
}

/// A text that can be no password: empty, too long, or with characters that have no stable form.
public struct UnsuitablePassword: Error {}

private struct LogInAttempt: Sendable {
  let pair: AttemptKey
  let keys: [AttemptKey]

  init(_ username: String, _ origin: Origin, _ client: String?) {
    let owner = AttemptKey.owner(ofName: username)
    pair = AttemptKey(.logInPair, username, origin.address, owner: owner)
    keys =
      [
        pair, AttemptKey(.logInName, username, owner: owner),
        AttemptKey(.logInAddress, origin.address, owner: AttemptKey.owner(ofAddress: origin.address)),
      ] + (client.map { [AttemptKey(.logInClient, $0, owner: AttemptKey.owner(ofClient: $0))] } ?? [])
  }
}
