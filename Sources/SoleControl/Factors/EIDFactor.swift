import Octets
import AuditLog
public import Vocabulary
package import WireJSON

/// A log-in of the customer at an eID provider.
package struct EIDFactor: Factor, Equatable {
  package static var id: FactorID { .eid }
  package static let traits = FactorTraits(
    isGuessable: false, isCheckedElsewhere: true, isAboutDigests: true, isForPages: true)

  /// The person at the provider. Name and birth date do not identify anyone and are not used.
  package let issuer, subject: String
  let minimumLevel: AssuranceLevel

  init(issuer: String, subject: String, minimumLevel: AssuranceLevel) {
    self.issuer = issuer
    self.subject = subject
    self.minimumLevel = minimumLevel
  }

  package var members: [(String, JSONValue)] {
    [("issuer", .string(issuer)), ("subject", .string(subject)), ("minimumLevel", .string(minimumLevel.name))]
  }

  package init?(members object: JSONObject) {
    guard let issuer = object["issuer"]?.string, let subject = object["subject"]?.string,
      let level = object["minimumLevel"]?.string.flatMap(AssuranceLevel.init(parsing:))
    else { return nil }
    self.init(issuer: issuer, subject: subject, minimumLevel: level)
  }

  // MARK: The log-in

  /// The provider's adapter verifies the token; here it is held against the person of the authenticator and our rules.
  /// Identity is issuer and subject. The nonce must belong to an open challenge of this credential, which the
  /// transaction uses up; an access token itself is used up: so a log-in authorizes once.
  package func prepare(_ presented: PresentedFactor, in factors: FactorService) async throws -> FactorCheck {
    let (evidenceID, credential, now) = (presented.evidenceID, presented.credential, presented.now)
    let statement: EIDStatement
    do {
      statement = try await factors.outside.eid.verify(token: presented.value, issuer: issuer, for: credential.partner)
    } catch .providerUnavailable(let outage) {
      try await factors.noteUnavailable(Self.id, credential, now)
      throw Refusal.providerUnavailable(retryAfter: outage.retryAfter)
    } catch .encrypted {
      return FactorCheck(
        factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: "encrypted", refusal: .encryptedToken))
    } catch .refused(let reason) {
      return FactorCheck(factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: reason))
    }
    if let reason = rejection(of: statement, factors.context.rules, now) {
      return FactorCheck(factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: reason))
    }
    let verdict: LogInVerdict
    do { verdict = try LogInVerdict(statement, presented) } catch {
      return FactorCheck(factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: error.reason))
    }
    let messages = [Self.pseudonym(["issuer": .string(statement.issuer), "subject": .string(statement.subject)])]
    let claims = statement.claims.map { claim in
      Self.pseudonym([
        "issuer": .string(statement.issuer), "claim": .string(claim.name), "value": .string(claim.value),
      ])
    }
    return FactorCheck(factor: Self.id, evidenceID: evidenceID, deviceMessages: messages + claims) { macs in
      DecidedCheck(
        factor: Self.id, evidenceID: evidenceID, detail: Self.detail(of: statement, macs), verdict: verdict)
    }
  }

  private static func pseudonym(_ message: JSONValue) -> (key: MACKey, message: [UInt8]) {
    (.pseudonym, message.canonical())
  }

  /// The reason is for the audit log.
  private func rejection(of statement: EIDStatement, _ rules: ServiceContext.Rules, _ now: UnixTime) -> String? {
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if !statement.issuer.utf8.elementsEqual(issuer.utf8) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimumLevel { return "level" }
    // A provider that does not know when it authenticated says 0, which is refused as too old.
    let age = statement.maximumAge ?? rules.maximumAuthenticationAge
    if statement.authenticationTime < now - age { return "age" }
    return nil
  }

  /// For the audit log: who was authenticated how, as keyed digests and words of the protocol.
  private static func detail(of statement: EIDStatement, _ macs: [[UInt8]]) -> [(String, JSONValue)] {
    var detail: [(String, JSONValue)] = [
      ("provider", .string(statement.issuer)), ("subject", .octets(macs[0])),
      ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
      ("amr", .array(statement.amr.map(JSONValue.string))),
      (statement.isTimeOfIssue ? "issued" : "authTime", .integer(statement.authenticationTime)),
      ("kind", .string(statement.accessToken == nil ? "ID token" : "access token")),
      ("token", .octets(statement.tokenDigest)),
    ]
    if let id = statement.tokenID {
      detail.append(("tokenID", .string(Hex.encode(OctetDigest.sha256(id)))))
    }
    if !statement.claims.isEmpty {
      let members = zip(statement.claims, macs.dropFirst()).map { ($0.name, JSONValue.string(Hex.encode($1))) }
      detail.append(("claims", .object(JSONObject(members))))
    }
    return detail
  }

  // MARK: The challenge

  /// Open challenges per credential; the oldest goes when one more is asked for.
  private static let openChallenges = 16

  package func challenge(_ request: ChallengeRequest, in factors: FactorService) async throws -> String? {
    let context = factors.context
    let text = try await context.randomSecret()
    let challenge = Challenge(
      digest: OctetDigest.sha256(text), credential: request.credential.id, factor: Self.id,
      expires: try context.decidingTime() + context.rules.challengeLife)
    try await factors.write(reading: [.challenges(Self.id, request.credential.id, .exclusive)]) {
      try $0.add(challenge, keep: Self.openChallenges)
    }
    return text
  }
}

extension FactorService {
  /// Makes a challenge and gives the nonce of a log-in that authorizes these digests and no others.
  public func logInNonce(for request: AuthorizationRequest, as principal: Principal) async throws -> String {
    guard let text = try await challenge(for: request.credential, factor: .eid, as: principal) else {
      throw Refusal.noChallenge
    }
    return EIDNonce(request, .two).text(for: text)
  }
}

extension Authenticator {
  public static func eid(issuer: String, subject: String, minimumLevel: AssuranceLevel) -> Authenticator {
    Authenticator(EIDFactor(issuer: issuer, subject: subject, minimumLevel: minimumLevel))
  }
}

extension CredentialPlan.Factor {
  public static func eid(issuer: String, subject: String, minimumLevel: AssuranceLevel) -> Self {
    Self { _, _, _ in .eid(issuer: issuer, subject: subject, minimumLevel: minimumLevel) }
  }
}

/// A verified log-in on its way to the transaction that uses it up.
private struct LogInVerdict: Verdict {
  struct Unbound: Error { let reason: String }

  /// Nil for an access token at SCAL 1: nothing ties it to a challenge.
  let nonce: String?
  let nonceRule: EIDNonce
  /// Name of an access token among those that are good once, and until when it is remembered.
  let once: (digest: [UInt8], until: UnixTime)?

  init(_ statement: EIDStatement, _ presented: PresentedFactor) throws(Unbound) {
    let scal = presented.credential.scal
    nonceRule = EIDNonce(presented.request, scal)
    once = statement.accessToken.map {
      (SingleUse.digest("access token", issuer: statement.issuer, id: $0.id), $0.expires)
    }
    guard once == nil || scal == .two else {
      nonce = nil
      return
    }
    guard let nonce = statement.nonce else { throw Unbound(reason: "nonce") }
    self.nonce = nonce
  }

  func keys(of factor: FactorID, _ credential: CredentialID) -> [SoleControlKey] {
    (nonce == nil ? [] : [.challenges(factor, credential, .exclusive)])
      + (once.map { [.usedToken($0.digest, .exclusive)] } ?? [])
  }

  func objection(to factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    if try nonce != nil && challenge(factor, decision) == nil { return try decision.refused(factor, "challenge") }
    if let once, try decision.transaction.isUsed(once.digest) { return try decision.refused(factor, "used") }
    return nil
  }

  /// Finds the open challenge of the nonce, then uses up what can be used once: a refusal uses up nothing.
  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    let challenge = try challenge(factor, decision)
    guard nonce == nil || challenge != nil else { return try decision.refused(factor, "challenge") }
    if let once, try !decision.transaction.use(once: once.digest, until: once.until, now: decision.now) {
      return try decision.refused(factor, "used")
    }
    if let challenge, try !decision.transaction.take(challenge: challenge.digest) { throw StoreError.corrupt }
    return nil
  }

  /// The open challenge of the nonce.
  private func challenge(_ factor: FactorID, _ decision: FactorDecision) throws -> Challenge? {
    guard let nonce else { return nil }
    return try decision.transaction.challenges(factor, of: decision.credential).first {
      Lifetime(expires: $0.expires, longest: decision.rules.challengeLife).isOpen(at: decision.now)
        && nonceRule.fits(nonce, challenge: $0.digest)
    }
  }
}

/// The nonces of an eID log-in that are right for an authorization.
///
/// The nonce is the challenge itself, or one derived from it and from what is to be signed, so that the log-in
/// authorizes these digests and no others (Specs/decisions/0021-nonce-of-an-eid-log-in.md). SCAL 2 demands the derived
/// one. The store has only SHA-256 of a challenge, so that is what is derived from.
public struct EIDNonce: Sendable {
  private static let domain = Array("countersign nonce v1".utf8) + [0]

  /// The octets after the challenge's digest.
  private let work: [UInt8]
  private let isDerived: Bool

  public init(_ request: AuthorizationRequest, _ scal: SCAL) {
    let count = withUnsafeBytes(of: UInt32(truncatingIfNeeded: request.numSignatures).bigEndian) { Array($0) }
    let name = request.hashAlgorithm?.oid ?? ""
    work = Array(name.utf8) + [0] + count + request.digests.flatMap(\.self)
    isDerived = scal == .two
  }

  /// The nonce with which a client must send the person to the provider.
  public func text(for challenge: String) -> String {
    derived(from: OctetDigest.sha256(challenge))
  }

  /// - Parameter digest: of an open challenge.
  func fits(_ nonce: String, challenge digest: [UInt8]) -> Bool {
    if ConstantTime.isEqual(Array(nonce.utf8), Array(derived(from: digest).utf8)) { return true }
    return !isDerived && ConstantTime.isEqual(OctetDigest.sha256(nonce), digest)
  }

  private func derived(from digest: [UInt8]) -> String {
    Base64.encodeURL(OctetDigest.sha256(Self.domain + digest + work))
  }
}
