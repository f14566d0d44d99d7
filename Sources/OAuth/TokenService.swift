import Crypto

/// Issues, recognises and revokes opaque bearer tokens.
public struct TokenService: Sendable {
  public struct Rules: Sendable {
    /// Seconds.
    public var accessLife: Int64 = 3600
    /// Seconds.
    public var refreshLife: Int64 = 30 * 86400

    public init() {}
  }

  public enum Refusal: Error, Equatable, Sendable {
    case unknown, expired
    /// User name or password is wrong; which of them is not told.
    case loginFailed
  }

  /// A token in the clear, which exists only in the answer that carries it.
  public struct Issued: Sendable {
    public let accessToken: String
    public let refreshToken: String?
    /// Seconds.
    public let expiresIn: Int64
  }

  let store: any TokenStore
  public let hasher: any PasswordHasher
  let rules: Rules
  let now: @Sendable () -> Int64
  let random: @Sendable (Int) async throws -> [UInt8]
  /// Base64url without padding.
  let text: @Sendable ([UInt8]) -> String

  public init(
    store: any TokenStore, hasher: any PasswordHasher, rules: Rules = Rules(),
    now: @escaping @Sendable () -> Int64, random: @escaping @Sendable (Int) async throws -> [UInt8],
    text: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.store = store
    self.hasher = hasher
    self.rules = rules
    self.now = now
    self.random = random
    self.text = text
  }

  public static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

  /// Whom a bearer token speaks for.
  public func authenticate(_ token: String) async throws -> TokenRecord {
    guard let record = try await store.token(Self.digest(token)), record.kind == .access else {
      throw Refusal.unknown
    }
    guard now() < record.expires else { throw Refusal.expired }
    return record
  }

  /// `auth/login` with user name and password.
  public func logIn(username: String, password: String, rememberMe: Bool) async throws -> Issued {
    let account = try await store.account(username)
    // An unknown user costs the same time as a wrong password.
    let isRight = try await hasher.isRight(password, for: account?.passwordHash ?? "")
    guard let account, isRight else { throw Refusal.loginFailed }
    return try await issue(partner: account.partner, signer: account.signer, withRefreshToken: rememberMe)
  }

  public func issue(partner: String, signer: String?, withRefreshToken: Bool = false) async throws -> Issued {
    let grant = text(try await random(16))
    let access = text(try await random(32))
    let refresh = withRefreshToken ? text(try await random(32)) : nil
    var records = [record(access, .access, partner, signer, grant, life: rules.accessLife)]
    if let refresh { records.append(record(refresh, .refresh, partner, signer, grant, life: rules.refreshLife)) }
    try await store.add(records)
    return Issued(accessToken: access, refreshToken: refresh, expiresIn: rules.accessLife)
  }

  /// The signer behind a partner's name for its user; nil if the partner has no such user.
  public func signer(named username: String, of partner: String) async throws -> String? {
    guard let account = try await store.account(username), account.partner == partner else { return nil }
    return account.signer
  }

  /// A new access token of the same grant.
  public func refresh(_ token: String) async throws -> Issued {
    guard let old = try await store.token(Self.digest(token)), old.kind == .refresh, now() < old.expires else {
      throw Refusal.unknown
    }
    let access = text(try await random(32))
    try await store.add([record(access, .access, old.partner, old.signer, old.grant, life: rules.accessLife)])
    return Issued(accessToken: access, refreshToken: nil, expiresIn: rules.accessLife)
  }

  /// `auth/revoke`: an access token dies alone, a refresh token with all of its grant. Only tokens of the
  /// caller's own partner, and of the own user if the caller is one, can be revoked.
  public func revoke(_ token: String, as caller: TokenRecord) async throws {
    let digest = Self.digest(token)
    guard let record = try await store.token(digest), record.partner == caller.partner,
      caller.signer == nil || caller.signer == record.signer
    else { throw Refusal.unknown }
    switch record.kind {
    case .access: try await store.removeToken(digest)
    case .refresh: try await store.removeGrant(record.grant)
    }
  }

  private func record(
    _ token: String, _ kind: TokenRecord.Kind, _ partner: String, _ signer: String?, _ grant: String, life: Int64
  ) -> TokenRecord {
    TokenRecord(
      digest: Self.digest(token), kind: kind, partner: partner, signer: signer, grant: grant, expires: now() + life)
  }
}
