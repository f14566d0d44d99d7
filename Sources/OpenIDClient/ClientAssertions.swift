internal import JOSE
public import OAuth
public import WireJSON

/// Verifies the statements with which OAuth clients authenticate (`private_key_jwt`), by the same strict rules as an
/// eID provider's tokens: asymmetric algorithms only, and a registered key that fits.
public struct ClientAssertions: AssertionVerifier {
  public init() {}

  public func claims(of assertion: String, keys: [UInt8]) async -> JSONObject? {
    guard let token = try? SignedToken(assertion),
      let set = (try? JSONValue.parse(keys, limits: .configuration)).flatMap(KeySet.init),
      await token.isSigned(byOneOf: token.candidates(in: set))
    else { return nil }
    return token.claims.object
  }
}
