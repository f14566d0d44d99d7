public import Throttling

/// The store of the authorization server. `StoreConformance` is the suite that every implementation passes.
///
/// Promises as `SoleControlStore`: a `write` is one serializable transaction, durable when it returns; if its body
/// throws, nothing of it remains. Bodies are synchronous, may be run more than once, and do nothing but use their
/// argument.
///
/// A body reads the rows that it declares, and changes those that it declares as exclusive. A store that needs no locks
/// does not ask for the keys.
public protocol OAuthStore: Sendable {
  func readOAuth<Result: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthReading) throws -> Result
  ) async throws -> Result

  func writeOAuth<Result: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthWriting) throws -> Result
  ) async throws -> Result
}

public protocol OAuthReading: ThrottleReading {
  func token(_ digest: [UInt8]) throws -> TokenRecord?
  func account(_ username: String) throws -> Account?
  func entry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws -> OAuthEntry?
}

public protocol OAuthWriting: OAuthReading, ThrottleWriting {
  /// Adds the token, or replaces the one of the same digest.
  func put(_ token: TokenRecord) throws
  func removeToken(_ digest: [UInt8]) throws
  /// Removes every token of a grant.
  func removeGrant(_ grant: String) throws
  /// Adds the account, or replaces the one of the same name.
  func put(_ account: Account) throws
  /// Adds the entry, or replaces the one of the same kind and digest.
  func put(_ entry: OAuthEntry) throws
  func removeEntry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws
  /// Removes entries that expired before `time`. A bounded number at a time.
  func removeEntries(expiredBefore time: Int64) throws
  /// Removes tokens that expired before `time`. A bounded number at a time.
  func removeTokens(expiredBefore time: Int64) throws
  /// Of the entries of this kind that are kept for a client, removes those that expire first until there are at most
  /// `count`, with bodies of together at most `octets`.
  func limit(_ kind: OAuthEntry.Kind, keptFor client: String, to count: Int, octets: Int) throws
}

extension OAuthWriting {
  /// Forgets some of what is over. Whatever adds a row calls it, so that what is over never piles up.
  ///
  /// - Parameter now: UTC, seconds since 1970.
  func forgetExpired(now: Int64) throws {
    try removeEntries(expiredBefore: now)
    // A client is told for a day that its token is expired, not unknown (CSC v1 §10.1).
    try removeTokens(expiredBefore: now - 86400)
  }
}

/// Something short-lived of the authorization server, under the digest of the secret that opens it.
public struct OAuthEntry: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case pushedRequest = "par"
    case transaction
    case code
    /// The id of a token that may be presented once.
    case usedID = "jti"
    /// The answer for which a refresh token was exchanged, for some seconds.
    case refreshAnswer = "refresh"
  }

  public let kind: Kind
  public let digest: [UInt8]
  /// UTC, seconds since 1970.
  public let expires: Int64
  /// Canonical JSON.
  public let body: [UInt8]
  /// The client for which it is kept though nothing is proved yet; `OAuthWriting.limit` bounds those. Nil for others.
  public let keptFor: String?

  public init(kind: Kind, digest: [UInt8], expires: Int64, body: [UInt8], keptFor: String? = nil) {
    self.keptFor = keptFor
    self.kind = kind
    self.digest = digest
    self.expires = expires
    self.body = body
  }
}
