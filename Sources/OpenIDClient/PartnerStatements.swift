internal import JOSE
internal import Octets
public import Registry
public import SoleControl
public import Vocabulary
internal import WireJSON

/// Reads and verifies the statements in which partners say that they authenticated a customer
/// (Specs/design/authentication.md, "PARTNER").
public struct PartnerStatements: PartnerStatementVerifier {
  /// `typ` of a statement: no other token that the partner signs with the same key can pass for one (RFC 8725 §3.11).
  public static let type = "partner-statement+jwt"
  /// Room for 1,000 digests of SHA-512.
  static let largest = 160 << 10
  private static let longestID = 255

  /// Partners whose keys are kept; the others' are read for each statement.
  private static let mostPartners = 1000

  private let audience: String
  private let now: @Sendable () -> UnixTime
  private let makeKeys: @Sendable (Partner, Partner.Statements) -> StatementKeys
  private let keys = PartnerCache<StatementKeys>(capacity: Self.mostPartners)

  /// - Parameters:
  ///   - audience: the gateway's public URL: the only audience.
  ///   - keys: makes the keys of a partner. They are used until its record changes.
  public init(
    audience: String, now: @escaping @Sendable () -> UnixTime,
    keys: @escaping @Sendable (Partner, Partner.Statements) -> StatementKeys
  ) {
    self.audience = audience
    self.now = now
    makeKeys = keys
  }

  public func verify(
    _ text: String, of partner: Partner
  ) async throws(PartnerStatementError) -> PartnerStatement {
    guard let rules = partner.statements else { throw .refused("partner") }
    do throws(EIDTokenError) {
      let token = try SignedToken(text, largest: Self.largest)
      guard rules.algorithms?.contains(token.algorithm.rawValue) ?? true else { throw .refused("alg") }
      guard token.type == Self.type else { throw .refused("typ") }
      // The token must name its key; it is not guessed.
      guard token.keyID != nil else { throw .refused("kid") }
      // Cheap checks come first: a statement for somebody else must not make us call the partner.
      let statement = try read(token, rules)
      let keys = keys.value(for: partner) { makeKeys($0, rules) }
      let strong = try await keys.candidates(for: token).filter(KeySet.isStrong)
      guard !strong.isEmpty else { throw .refused("key") }
      guard await token.isSigned(byOneOf: strong) else { throw .refused("signature") }
      return statement
    } catch {
      switch error {
      case .refused(let reason): throw .refused(reason)
      case .encrypted: throw .refused("encrypted")
      case .providerUnavailable: throw .unavailable
      }
    }
  }

  // MARK: Claims

  private func read(_ token: SignedToken, _ rules: Partner.Statements) throws(EIDTokenError) -> PartnerStatement {
    let claims = token.claims.object
    guard claims["iss"] == .string(rules.issuer) else { throw .refused("iss") }
    try checkAudience(claims["aud"], audience)
    let (issued, expires) = try times(claims, rules)
    guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .refused("sub") }
    guard let id = claims["jti"]?.string, (1...Self.longestID).contains(id.utf8.count) else { throw .refused("jti") }
    guard let acr = claims["acr"]?.string, let level = rules.levels[acr] else { throw .refused("acr") }
    guard let authenticated = NumericDate(claims["auth_time"]), authenticated.ceiling <= now() + rules.policy.clockSkew
    else { throw .refused("auth_time") }
    guard let amr = claims["amr"]?.array, case let methods = amr.compactMap(\.string), methods.count == amr.count,
      !methods.isEmpty, methods.count <= 16, methods.allSatisfy({ $0.utf8.count <= 32 })
    else { throw .refused("amr") }
    var credential: CredentialID?
    if let named = claims["credentialID"] {
      guard let text = named.string else { throw .refused("credentialID") }
      credential = CredentialID(text)
    }
    return PartnerStatement(
      issuer: rules.issuer, subject: subject, id: id, issued: issued, expires: expires,
      authenticationTime: authenticated.floor, acr: acr, level: level, methods: methods, credential: credential,
      authorizedDigests: try Self.authorizedDigests(claims), digest: token.digest)
  }

  /// For us alone: a statement that others take too is not about one signature.
  private func checkAudience(_ audience: JSONValue?, _ ours: String) throws(EIDTokenError) {
    switch audience {
    case .string(let one)? where one.isSame(as: ours): return
    case .array(let list)? where list == [.string(ours)]: return
    default: throw .refused("aud")
    }
  }

  private func times(
    _ claims: JSONObject, _ rules: Partner.Statements
  ) throws(EIDTokenError) -> (issued: UnixTime, expires: UnixTime) {
    let (now, skew) = (now(), rules.policy.clockSkew)
    guard let expires = NumericDate(claims["exp"])?.floor, now < expires + skew else { throw .refused("exp") }
    guard let issued = NumericDate(claims["iat"]), issued.ceiling <= now + skew else { throw .refused("iat") }
    guard expires - issued.floor <= rules.policy.maximumAge else { throw .refused("exp") }
    if let notBefore = claims["nbf"] {
      guard let time = NumericDate(notBefore), time.ceiling <= now + skew else { throw .refused("nbf") }
    }
    return (issued.floor, expires)
  }

  /// `dtbsr`, `hashAlgorithmOID` and `numSignatures`, as they are in `credentials/authorize`: all three or none.
  private static func authorizedDigests(_ claims: JSONObject) throws(EIDTokenError) -> AuthorizedDigests? {
    let members = ["dtbsr", "hashAlgorithmOID", "numSignatures"].map { claims[$0] }
    guard members.contains(where: { $0 != nil }) else { return nil }
    guard let texts = members[0]?.array, let hash = members[1]?.string.flatMap(HashAlgorithm.init(oid:)),
      let count = members[2]?.integer, !texts.isEmpty, count >= texts.count, count <= 1_000_000
    else { throw .refused("dtbsr") }
    let digests = texts.compactMap { $0.string.flatMap(Base64.decodeExact) }
    guard digests.count == texts.count, digests.allSatisfy({ $0.count == hash.digestLength }) else {
      throw .refused("dtbsr")
    }
    return AuthorizedDigests(hashAlgorithm: hash, numSignatures: Int(count), digests: digests)
  }
}
