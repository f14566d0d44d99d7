public import Throttling
import Vocabulary

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
    try await verify(
      username: username, password: password, from: origin, client: client, accepts: accepts, alongside: .nothing)
  }

  /// The same, with changes of the caller's own in the transactions of the store that a try takes anyhow.
  ///
  /// - Returns: the result of `changes.succeed` for the account.
  func verify<Output: Sendable>(
    username: String, password: String, from origin: Origin, client: String?, accepts: @Sendable (Account) -> Bool,
    alongside changes: LogInChanges<Output>
  ) async throws -> Output {
    // Before it is counted: or each spelling of a name would have tries of its own.
    let username = AccountName.prepared(username)
    let throttle = LogInThrottle(username, origin, client)
    // One at a time, or right passwords that come together would count as failures until the first is known to be
    // right.
    guard !hasher.isBusy,
      let output = try await turns.take(
        throttle.pair,
        { try await verify(throttle, username: username, password: password, accepts: accepts, alongside: changes) })
    else { throw PasswordHasherBusy() }
    return output
  }

  private func verify<Output: Sendable>(
    _ throttle: LogInThrottle, username: String, password: String, accepts: @Sendable (Account) -> Bool,
    alongside changes: LogInChanges<Output>
  ) async throws -> Output {
    let now = now()
    let (account, counted, exempt) = try await store.writeOAuth(
      reading: changes.keys + throttle.keys.exclusive + [.account(username)]
    ) { store in
      try changes.count(store)
      if let wait = try store.wait(throttle.keys, known: throttle.pair, now: now) {
        throw Refusal.tooManyFailures(retryAfter: wait)
      }
      // Counters that do not hold up a known address are counted only when the password is wrong.
      let exempt =
        try store.isKnown(throttle.pair, now: now) ? throttle.keys.filter(\.kind.exemptsKnownAddresses) : []
      let counted = throttle.keys.filter { !exempt.contains($0) }
      try store.count(counted, now: now)
      return (try store.account(username), counted, exempt)
    }
    let isRight: Bool
    do {
      // An unknown user costs the same time as a wrong password, and as what can be no password.
      let prepared = PreparedPassword(password)
      isRight = try await hasher.isRight(
        prepared ?? .impossible, for: prepared == nil ? "" : account?.passwordHash ?? "")
    } catch {
      try await store.writeOAuth(reading: changes.keys + counted.exclusive) { store in
        try store.undo(counted)
        try changes.undo(store)
      }
      throw error
    }
    guard let account, isRight, accepts(account) else {
      if !exempt.isEmpty {
        try await store.writeOAuth(reading: exempt.exclusive) { _ = try $0.count(exempt, now: now) }
      }
      throw Refusal.loginFailed
    }
    // The password was right, even if its transaction has ended meanwhile.
    let output = try await store.writeOAuth(
      reading: changes.keys + (counted + [throttle.pair]).exclusive
    ) { store in
      try store.succeed(counted, pair: throttle.pair, now: now)
      return Result { try changes.succeed(store, account) }
    }
    return try output.get()
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
  /// - Returns: number of counters that there were.
  public func unlock(username: String) async throws -> Int {
    let owner = ThrottleKey.owner(ofName: AccountName.prepared(username))
    return try await store.writeOAuth(reading: [.throttling(owner: owner, .exclusive)]) {
      try $0.removeThrottling(of: owner)
    }
  }

  /// The signer behind a partner's name for its user; nil if the partner has no such user.
  public func signer(named username: String, of partner: String) async throws -> String? {
    let name = AccountName.prepared(username)
    guard let account = try await store.readOAuth(reading: [.account(name)], { try $0.account(name) }),
      account.partner == partner
    else { return nil }
    return account.signer
  }
}

/// Changes that belong to a try to log in: made in the same transactions of the store, so that none is for them alone.
struct LogInChanges<Output: Sendable>: Sendable {
  /// Rows that they read or change.
  let keys: [OAuthKey]
  /// Before the password is looked at. Throws if there must be no try.
  let count: @Sendable (any OAuthWriting) throws -> Void
  /// If the password was not looked at.
  let undo: @Sendable (any OAuthWriting) throws -> Void
  /// If it is right. Throws before it writes anything, or not at all.
  let succeed: @Sendable (any OAuthWriting, Account) throws -> Output
}

extension LogInChanges<Account> {
  static let nothing = LogInChanges(keys: [], count: { _ in }, undo: { _ in }, succeed: { _, account in account })
}

/// A text that can be no password: empty, too long, or with characters that have no stable form.
public struct UnsuitablePassword: Error {}

private struct LogInThrottle: Sendable {
  let pair: ThrottleKey
  let keys: [ThrottleKey]

  init(_ username: String, _ origin: Origin, _ client: String?) {
    let owner = ThrottleKey.owner(ofName: username)
    pair = ThrottleKey(.logInPair, username, origin.address, owner: owner)
    keys =
      [
        pair, ThrottleKey(.logInName, username, owner: owner),
        ThrottleKey(.logInAddress, origin.address, owner: ThrottleKey.owner(ofAddress: origin.address)),
      ] + (client.map { [ThrottleKey(.logInClient, $0, owner: ThrottleKey.owner(ofClient: $0))] } ?? [])
  }
}
