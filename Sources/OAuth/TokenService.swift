public import Throttling
import Octets
import Vocabulary
import WireJSON

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
    /// Too many wrong passwords for this name, whether or not it exists, or from this address, or at this client.
    /// Seconds after which the next is looked at.
    case tooManyFailures(retryAfter: Int64)
  }

  /// A token in the clear, which exists only in the answer that carries it.
  public struct Issued: Sendable {
    public let accessToken: String
    public let refreshToken: String?
    /// Seconds.
    public let expiresIn: Int64
  }

  let store: any OAuthStore
  public let hasher: any PasswordHasher
  let rules: Rules
  /// For log-ins, by name and address.
  let turns = KeyedQueue<ThrottleKey>(capacity: 20)
  let now: @Sendable () -> Int64
  /// Makes what tells the time by today's clock at which this process stamped something that seems to be of the future:
  /// its clock may have been set back since. Made before a transaction and used in it, where no clock is read.
  public var redating: @Sendable () -> @Sendable (Int64) -> Int64 = { { $0 } }
  let random: @Sendable (Int) async throws -> [UInt8]
  private let known = KnownTokens()

  public init(
    store: any OAuthStore, hasher: any PasswordHasher, rules: Rules = Rules(),
    now: @escaping @Sendable () -> Int64, random: @escaping @Sendable (Int) async throws -> [UInt8]
  ) {
    self.store = store
    self.hasher = hasher
    self.rules = rules
    self.now = now
    self.random = random
  }

  public static func digest(_ token: String) -> [UInt8] { OctetDigest.sha256(token) }

  /// A secret of 256 bits that cannot be guessed.
  public func secret() async throws -> String { Base64.encodeURL(try await random(32)) }

  /// Finds the record of the party for whom a bearer token speaks.
  public func authenticate(_ token: String) async throws -> TokenRecord {
    try await authenticate(digest: Self.digest(token))
  }

  private func authenticate(digest: [UInt8]) async throws -> TokenRecord {
    guard let record = try await store.readOAuth(reading: [.token(digest)], { try $0.token(digest) }),
      record.kind == .access
    else {
      throw Refusal.unknown
    }
    guard isOpen(record) else { throw Refusal.expired }
    known.insert(record)
    return record
  }

  /// The record of a bearer token that was found before, without a look into the store. It is for calls whose
  /// transaction looks whether the token is still there; whatever else becomes of the call, `confirm` is asked.
  public func remembered(_ token: String) -> TokenRecord? {
    let digest = Self.digest(token)
    guard let record = known.record(digest), isOpen(record) else { return nil }
    return record
  }

  /// Looks whether a token that was remembered is still there. Its time was looked at when the call began.
  ///
  /// - Throws: `Refusal.unknown`.
  public func confirm(_ record: TokenRecord) async throws {
    let digest = record.digest
    let found = try await store.readOAuth(reading: [.token(digest)]) { try $0.token(digest) }
    guard found?.kind == .access else {
      known.remove(digest)
      throw Refusal.unknown
    }
  }

  func isOpen(_ record: TokenRecord) -> Bool { lifetime(of: record, redating()).isOpen(at: now()) }

  /// `auth/login` with user name and password.
  public func logIn(
    username: String, password: String, rememberMe: Bool, from origin: Origin = .local
  ) async throws -> Issued {
    let account = try await verify(username: username, password: password, from: origin)
    return try await issue(partner: account.partner, signer: account.signer, withRefreshToken: rememberMe)
  }

  public func issue(partner: String, signer: String?, withRefreshToken: Bool = false) async throws -> Issued {
    let new = try await tokens(partner: partner, signer: signer, client: nil, withRefreshToken: withRefreshToken)
    let now = now()
    try await store.writeOAuth(reading: []) { store in
      try store.forgetExpired(now: now)
      for record in new.records { try store.put(record) }
    }
    return new.issued
  }

  /// Tokens of a new grant, to be stored by the caller's transaction.
  func tokens(
    partner: String, signer: String?, client: String?, withRefreshToken: Bool
  ) async throws -> (issued: Issued, records: [TokenRecord]) {
    let grant = Base64.encodeURL(try await random(16))
    let access = try await secret()
    let refresh = withRefreshToken ? try await secret() : nil
    let now = now()
    var records = [record(access, .access, partner, signer, client, grant, now)]
    if let refresh { records.append(record(refresh, .refresh, partner, signer, client, grant, now)) }
    return (Issued(accessToken: access, refreshToken: refresh, expiresIn: rules.accessLife), records)
  }

  /// A new access token of the same grant. For tokens of `auth/login`, which stay the same (CSC v1 §11.2).
  public func refresh(_ token: String) async throws -> Issued {
    let digest = Self.digest(token)
    let access = try await secret()
    let (now, redated) = (now(), redating())
    // In the transaction that reads the old one, so that a revocation cannot come between.
    try await store.writeOAuth(reading: [.grantOfToken(digest, .exclusive)]) { [self] store in
      guard let old = try store.token(digest), old.kind == .refresh, old.client == nil,
        lifetime(of: old, redated).isOpen(at: now)
      else {
        throw Refusal.unknown
      }
      try store.forgetExpired(now: now)
      try store.put(record(access, .access, old.partner, old.signer, nil, old.grant, now))
    }
    return Issued(accessToken: access, refreshToken: nil, expiresIn: rules.accessLife)
  }

  /// `auth/revoke`: an access token dies alone, a refresh token with all of its grant. Only tokens of the
  /// caller's own partner, and of the own user if the caller is one, can be revoked.
  public func revoke(_ token: String, as caller: TokenRecord) async throws {
    try await revoke(token) { $0.partner == caller.partner && (caller.signer == nil || caller.signer == $0.signer) }
  }

  func revoke(_ token: String, if mayRevoke: @escaping @Sendable (TokenRecord) -> Bool) async throws {
    let digest = Self.digest(token)
    defer { known.remove(digest) }
    try await store.writeOAuth(reading: [.grantOfToken(digest, .exclusive)]) { store in
      guard let record = try store.token(digest), mayRevoke(record) else { throw Refusal.unknown }
      switch record.kind {
      case .access, .partner: try store.removeToken(digest)
      case .refresh, .replaced: try store.removeGrant(record.grant)
      }
    }
  }

  /// Counted from the issue, so that a token which a clock gave that was ahead lives no longer than others.
  ///
  /// - Parameter redated: as `redating` makes it.
  func lifetime(of token: TokenRecord, _ redated: (Int64) -> Int64) -> Lifetime {
    guard token.grant != TokenRecord.lastingGrant else { return Lifetime(issued: 0, expires: token.expires) }
    let life = life(of: token.kind)
    let issued = redated(token.expires - life)
    return Lifetime(issued: issued, expires: issued + life)
  }

  private func life(of kind: TokenRecord.Kind) -> Int64 {
    switch kind {
    case .access, .partner: rules.accessLife
    case .refresh, .replaced: rules.refreshLife
    }
  }

  func record(
    _ token: String, _ kind: TokenRecord.Kind, _ partner: String, _ signer: String?, _ client: String?,
    _ grant: String, _ now: Int64
  ) -> TokenRecord {
    TokenRecord(
      digest: Self.digest(token), kind: kind, partner: partner, signer: signer, client: client, grant: grant,
      expires: now + life(of: kind))
  }
}
