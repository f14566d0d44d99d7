import AuditLog
import Lifetimes
import Octets
import WireJSON

/// A verified log-in on its way to the transaction that uses it up.
struct EIDLogInUse: Sendable {
  /// Nil for an access token at SCAL 1: nothing ties it to a challenge.
  let nonce: String?
  let nonceRule: EIDNonce
  /// Name of an access token among those that are good once, and until when it is remembered.
  let once: (digest: [UInt8], until: UnixTime)?
}

extension SigningService {
  /// The provider's adapter has verified the token; here it is held against the person of the authenticator and our
  /// rules. Identity is issuer and subject. The nonce must belong to an open challenge of this credential, which the
  /// transaction uses up; an access token itself is used up: so a log-in authorizes once.
  func eidCheck(
    _ token: String, _ person: (issuer: String, subject: String, minimum: AssuranceLevel),
    of credential: Credential, for request: AuthorizationRequest, evidenceID: String, now: UnixTime
  ) async throws -> FactorCheck {
    let statement: EIDStatement
    do {
      statement = try await eid.verify(token: token, issuer: person.issuer, for: credential.partner)
    } catch .providerUnavailable(let outage) {
      try await noteUnavailable(.eid, credential.id, now)
      throw Refusal.providerUnavailable(retryAfter: outage.retryAfter)
    } catch .encrypted {
      return refusedCheck(Self.encrypted, evidenceID)
    } catch .refused(let reason) {
      return refusedCheck(reason, evidenceID)
    }
    if let reason = rejection(of: statement, person.issuer, person.subject, person.minimum, now) {
      return refusedCheck(reason, evidenceID)
    }
    let use: EIDLogInUse
    do { use = try logInUse(of: statement, credential, request) } catch {
      return refusedCheck(error.reason, evidenceID)
    }
    let messages = [Self.pseudonym(["issuer": .string(statement.issuer), "subject": .string(statement.subject)])]
    let claims = statement.claims.map { claim in
      Self.pseudonym([
        "issuer": .string(statement.issuer), "claim": .string(claim.name), "value": .string(claim.value),
      ])
    }
    return FactorCheck(
      factor: .eid, evidenceID: evidenceID, deviceMessages: (messages + claims).map { (.pseudonym, $0) }
    ) { macs in
      DecidedCheck(
        factor: .eid, evidenceID: evidenceID, detail: Self.detail(of: statement, macs), verdict: .eid(use))
    }
  }

  private static func pseudonym(_ message: JSONValue) -> [UInt8] { message.canonical() }

  private func rejection(
    of statement: EIDStatement, _ issuer: String, _ subject: String, _ minimum: AssuranceLevel, _ now: UnixTime
  ) -> String? {
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if !statement.issuer.utf8.elementsEqual(issuer.utf8) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimum { return "level" }
    // A provider that does not know when it authenticated says 0, which is refused as too old.
    if statement.authenticationTime < now - maximumAge(of: statement) { return "age" }
    return nil
  }

  private func maximumAge(of statement: EIDStatement) -> UnixTime {
    statement.maximumAge ?? rules.maximumAuthenticationAge
  }

  private struct Unbound: Error { let reason: String }

  private func logInUse(
    of statement: EIDStatement, _ credential: Credential, _ request: AuthorizationRequest
  ) throws(Unbound) -> EIDLogInUse {
    let nonceRule = EIDNonce(request, credential.scal)
    guard let token = statement.accessToken else {
      guard let nonce = statement.nonce else { throw Unbound(reason: "nonce") }
      return EIDLogInUse(nonce: nonce, nonceRule: nonceRule, once: nil)
    }
    let once = (SingleUse.digest("access token", issuer: statement.issuer, id: token.id), token.expires)
    guard credential.scal == .two else { return EIDLogInUse(nonce: nil, nonceRule: nonceRule, once: once) }
    guard let nonce = statement.nonce else { throw Unbound(reason: "nonce") }
    return EIDLogInUse(nonce: nonce, nonceRule: nonceRule, once: once)
  }

  /// For the audit log: who was authenticated how, as keyed digests and words of the protocol.
  private static func detail(of statement: EIDStatement, _ macs: [[UInt8]]) -> [(String, JSONValue)] {
    var detail: [(String, JSONValue)] = [
      ("provider", .string(statement.issuer)), ("subject", .string(Hex.encode(macs[0]))),
      ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
      ("amr", .array(statement.amr.map(JSONValue.string))),
      (statement.isTimeOfIssue ? "issued" : "authTime", .integer(statement.authenticationTime)),
      ("kind", .string(statement.accessToken == nil ? "ID token" : "access token")),
      ("token", .string(Hex.encode(statement.tokenDigest))),
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

  private static var encrypted: String { "encrypted" }

  private func refusedCheck(_ reason: String, _ evidenceID: String) -> FactorCheck {
    FactorCheck(factor: .eid, evidenceID: evidenceID, deviceMessages: []) { _ in
      DecidedCheck(
        factor: .eid, evidenceID: evidenceID, detail: [],
        verdict: .eidRefused(reason: reason, refusal: reason == Self.encrypted ? .encryptedToken : .wrongFactor(.eid)))
    }
  }

  /// The audit log tells what became of a flow, also where the provider was the reason that nothing did.
  func noteUnavailable(_ factor: FactorID, _ credential: CredentialID, _ now: UnixTime) async throws {
    guard let event = outageEntries.entry(factor, credential, at: now) else { return }
    try await store.write { try $0.append(event, at: now) }
  }
}

extension EIDLogInUse {
  /// The open challenge of the nonce.
  func challenge(
    _ factor: FactorID, of credential: CredentialID, in store: any SoleControlReading, _ life: UnixTime, _ now: UnixTime
  ) throws -> Challenge? {
    guard let nonce else { return nil }
    return try store.challenges(factor, of: credential).first {
      Lifetime(expires: $0.expires, longest: life).isOpen(at: now) && nonceRule.fits(nonce, challenge: $0.digest)
    }
  }
}

extension DecidedCheck {
  /// Finds the open challenge of the nonce, then uses up what can be used once: a refusal uses up nothing.
  func decideLogIn(
    _ use: EIDLogInUse, _ transaction: any SoleControlWriting, _ credential: CredentialID, _ life: UnixTime,
    _ now: UnixTime
  ) throws -> Refusal? {
    let challenge = try use.challenge(factor, of: credential, in: transaction, life, now)
    guard use.nonce == nil || challenge != nil else { return try refused(transaction, credential, "challenge", now) }
    if let once = use.once, try !transaction.use(once: once.digest, until: once.until, now: now) {
      return try refused(transaction, credential, "used", now)
    }
    if let challenge, try !transaction.take(challenge: challenge.digest) { throw StoreError.corrupt }
    return nil
  }
}
