public import Registry

/// A bearer token as the store keeps it: who has read the store cannot present it.
public struct TokenRecord: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case access, refresh
    /// Opens the partner API with its scopes, and nothing else.
    case partner
    /// A refresh token that was exchanged for its successor. Seen again, it shows that one of two holders is a thief.
    case replaced
  }

  /// SHA-256 of the token.
  public let digest: [UInt8]
  public var kind: Kind
  /// The client organisation that presents it.
  public let partner: String
  /// The user for whom it was issued; nil if it speaks for the partner itself.
  public let signer: String?
  /// The OAuth client for which it was issued; nil for tokens of `auth/login`.
  public let client: String?
  /// Of tokens that were made to last, such as a sandbox's; no log-in has it.
  public static let lastingGrant = "sandbox"

  /// Tokens of one log-in share it; revoking a refresh token ends them all.
  public let grant: String
  /// UTC, seconds since 1970.
  public let expires: Int64
  /// Of a token for the partner API; empty for others.
  public let scopes: Set<PartnerScope>

  public init(
    digest: [UInt8], kind: Kind, partner: String, signer: String?, client: String? = nil, grant: String,
    expires: Int64, scopes: Set<PartnerScope> = []
  ) {
    self.digest = digest
    self.kind = kind
    self.partner = partner
    self.signer = signer
    self.client = client
    self.grant = grant
    self.expires = expires
    self.scopes = scopes
  }
}

/// A user who can log in with a password (`auth/login`, and the authorization server's page).
public struct Account: Sendable, Equatable {
  /// As `AccountName` prepares it.
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

/// A slow hash for log-in passwords. Implementations take the same time for every password.
public protocol PasswordHasher: Sendable {
  func hash(_ password: PreparedPassword) async throws -> String
  func isRight(_ password: PreparedPassword, for hash: String) async throws -> Bool
  /// Whether a further password would be refused now.
  var isBusy: Bool { get }
}

/// Too many passwords wait to be hashed; trying again soon helps.
public struct PasswordHasherBusy: Error {
  public init() {}
}
