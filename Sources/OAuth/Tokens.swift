/// A bearer token as the store keeps it: who has read the store cannot present it.
public struct TokenRecord: Sendable, Equatable {
  public enum Kind: String, Sendable { case access, refresh }

  /// SHA-256 of the token.
  public let digest: [UInt8]
  public let kind: Kind
  /// The client organisation that presents it.
  public let partner: String
  /// The user for whom it was issued; nil if it speaks for the partner itself.
  public let signer: String?
  /// Tokens of one log-in share it; revoking a refresh token ends them all.
  public let grant: String
  /// UTC, seconds since 1970.
  public let expires: Int64

  public init(digest: [UInt8], kind: Kind, partner: String, signer: String?, grant: String, expires: Int64) {
    self.digest = digest
    self.kind = kind
    self.partner = partner
    self.signer = signer
    self.grant = grant
    self.expires = expires
  }
}

/// A user who can log in with a password (`auth/login`).
public struct Account: Sendable, Equatable {
  public let username: String
  /// As `PasswordHasher` writes it.
  public let passwordHash: String
  public let partner: String
  public let signer: String

  public init(username: String, passwordHash: String, partner: String, signer: String) {
    self.username = username
    self.passwordHash = passwordHash
    self.partner = partner
    self.signer = signer
  }
}

/// Where tokens and accounts are kept. Every write is durable when it returns.
public protocol TokenStore: Sendable {
  func token(_ digest: [UInt8]) async throws -> TokenRecord?
  func add(_ tokens: [TokenRecord]) async throws
  /// Removes one token.
  func removeToken(_ digest: [UInt8]) async throws
  /// Removes every token of a grant.
  func removeGrant(_ grant: String) async throws
  func account(_ username: String) async throws -> Account?
  /// Adds the account, or replaces the one of the same name.
  func put(_ account: Account) async throws
}

/// A slow hash for log-in passwords. Implementations take the same time for every password.
public protocol PasswordHasher: Sendable {
  func hash(_ password: String) async throws -> String
  func isRight(_ password: String, for hash: String) async throws -> Bool
}

/// Too many passwords wait to be hashed; trying again soon helps.
public struct PasswordHasherBusy: Error {
  public init() {}
}
