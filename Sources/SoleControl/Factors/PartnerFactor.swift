import Octets
import Registry
import Vocabulary
package import WireJSON

/// A signed statement of the partner that it authenticated its customer.
package struct PartnerFactor: Factor, Equatable {
  package static var id: FactorID { .partner }
  package static let traits = FactorTraits(
    isGuessable: false, isCheckedElsewhere: true, isAboutDigests: true, isForPages: false)

  /// The customer, as the partner's statements name it.
  let subject: String

  init(subject: String) { self.subject = subject }

  package var members: [(String, JSONValue)] { [("subject", .string(subject))] }

  package init?(members object: JSONObject) {
    guard let subject = object["subject"]?.string else { return nil }
    self.init(subject: subject)
  }

  /// The partner's adapter verifies the statement; here it is held against the customer of the authenticator, what is
  /// to be signed, and the partner's policy.
  package func prepare(_ presented: PresentedFactor, in factors: FactorService) async throws -> FactorCheck {
    let (evidenceID, credential) = (presented.evidenceID, presented.credential)
    let partner = try await factors.context.partner(credential.partner)
    let policy = partner?.statements?.policy ?? StatementPolicy()
    if !policy.isSufficientAlone { try Self.requireSecondFactor(presented.request, credential) }
    let statement: PartnerStatement
    do throws(PartnerStatementError) {
      guard let partner else { throw .refused("partner") }
      statement = try await factors.outside.statements.verify(presented.value, of: partner)
    } catch .unavailable {
      try await factors.noteUnavailable(Self.id, credential, presented.now)
      throw Refusal.unavailable
    } catch .refused(let reason) {
      return FactorCheck(factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: reason))
    }
    if let reason = rejection(of: statement, presented, policy) {
      return FactorCheck(factor: Self.id, evidenceID: evidenceID, RefusedVerdict(reason: reason))
    }
    let person: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let verdict = StatementVerdict(
      use: SingleUse.digest("statement of \(credential.partner.rawValue)", issuer: statement.issuer, id: statement.id),
      until: statement.expires + policy.clockSkew + SingleUse.clockDifference)
    return FactorCheck(
      factor: Self.id, evidenceID: evidenceID, deviceMessages: [(.pseudonym, person.canonical())]
    ) { macs in
      DecidedCheck(
        factor: Self.id, evidenceID: evidenceID,
        detail: [
          ("provider", .string(statement.issuer)), ("subject", .octets(macs[0])),
          ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
          ("amr", .array(statement.methods.map { .string($0) })), ("authTime", .integer(statement.authenticationTime)),
          ("tokenID", .string(Hex.encode(OctetDigest.sha256(statement.id)))),
          ("token", .octets(statement.digest)),
        ], verdict: verdict)
    }
  }

  /// A statement that may not stand alone needs another factor with it, whatever the credential's policy says.
  private static func requireSecondFactor(_ request: AuthorizationRequest, _ credential: Credential) throws {
    let known = Set(credential.authenticators.map(\.factor))
    let presented = Set(request.presented.keys).union(request.outOfBand).intersection(known)
    guard presented == [.partner], let expression = credential.expression else { return }
    throw Refusal(missing: expression.missing(from: presented) { $0 != [.partner] })
  }

  /// The reason is for the audit log.
  private func rejection(
    of statement: PartnerStatement, _ presented: PresentedFactor, _ policy: StatementPolicy
  ) -> String? {
    let (credential, now) = (presented.credential, presented.now)
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "sub" }
    if let users = policy.users, !users.contains(where: { $0.utf8.elementsEqual(subject.utf8) }) { return "user" }
    if let credentials = policy.credentials, !credentials.contains(credential.id) { return "credential" }
    if let named = statement.credential, named != credential.id { return "credentialID" }
    if statement.level < policy.minimumLevel { return "acr" }
    if statement.authenticationTime < now - policy.maximumAuthenticationAge - policy.clockSkew { return "auth_time" }
    if statement.issued < now - policy.maximumAge - policy.clockSkew { return "iat" }
    return Self.rejection(of: statement.authorizedDigests, presented.request, credential.scal)
  }

  /// A statement about digests is for these digests, in this order, under this algorithm and for as many signatures. At
  /// SCAL 1 one that names none leaves them open, as the customer's PIN does.
  private static func rejection(
    of named: AuthorizedDigests?, _ request: AuthorizationRequest, _ scal: SCAL
  ) -> String? {
    guard let named else { return scal == .one ? nil : "dtbsr" }
    let asked = request.hashAlgorithm.map {
      AuthorizedDigests(hashAlgorithm: $0, numSignatures: request.numSignatures, digests: request.digests)
    }
    return named == asked ? nil : "dtbsr"
  }
}

extension CredentialPlan.Factor {
  /// - Parameter subject: the customer's name in the partner's statements.
  public static func partner(subject: String) -> Self {
    Self { _, _, _ in Authenticator(PartnerFactor(subject: subject)) }
  }
}

/// A partner's statement, by its name among the used ones, and until when that is remembered.
private struct StatementVerdict: Verdict {
  let use: [UInt8]
  let until: UnixTime

  func keys(of _: FactorID, _: CredentialID) -> [SoleControlKey] { [.usedToken(use, .exclusive)] }

  func objection(to factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    try decision.transaction.isUsed(use) ? try decision.refused(factor, "jti") : nil
  }

  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    guard try decision.transaction.use(once: use, until: until, now: decision.now) else {
      return try decision.refused(factor, "jti")
    }
    return nil
  }
}
