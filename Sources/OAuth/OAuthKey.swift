public import Throttling
public import Vocabulary

/// Rows of the authorization server's store that a body declares, before it runs, to read, or exclusively to change.
///
/// Two things need no declaration: adding a row under a new random name, and removing what is over
/// (Specs/decisions/0049-bodies-of-the-store.md).
public enum OAuthKey: Sendable, Hashable {
  /// By its digest.
  case token([UInt8], RowLock = .shared)
  /// All tokens of the grant to which the token of this digest belongs, and those that are added to it.
  case grantOfToken([UInt8], RowLock = .shared)
  /// The same for the grant that the code of this digest gave.
  case grantOfCode([UInt8], RowLock = .shared)
  /// By its user name.
  case account(String, RowLock = .shared)
  /// By its digest.
  case entry(OAuthEntry.Kind, [UInt8], RowLock = .shared)
  /// All entries of a kind that are kept for a client (`OAuthEntry.keptFor`).
  case kept(OAuthEntry.Kind, client: String, RowLock = .shared)
  case throttle(ThrottleKey, RowLock = .shared)
  /// All counters of an owner (`ThrottleKey.owner`).
  case throttling(owner: [UInt8], RowLock = .shared)
}

extension [ThrottleKey] {
  /// These counters, to be changed.
  var exclusive: [OAuthKey] { map { .throttle($0, .exclusive) } }
}
