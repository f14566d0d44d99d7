import Octets
public import Registry

extension Scope {
  /// Scopes of OpenID Connect Core §3.1.2.1 and §11 that client libraries add by themselves. They are ignored, as RFC
  /// 6749 §3.3 allows; the answer names the scope that was granted.
  private static let ignored = ["openid", "offline_access"]

  /// The one scope that a parameter names (RFC 6749 §3.3; CSC v1 §8.3.2: one at a time).
  ///
  /// - Throws: `OAuthError.invalidScope`.
  public init(parameter text: String) throws {
    let named = text.parts(separatedBy: UInt8(ascii: " "), most: 16).filter { !Self.ignored.containsSame(as: $0) }
    guard named.count == 1, let scope = Scope(rawValue: String(named[0])) else { throw OAuthError.invalidScope }
    self = scope
  }
}
