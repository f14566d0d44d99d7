import Octets
import WireJSON

extension SigningService {
  /// The partner's adapter has verified the statement; here it is held against the customer of the authenticator, what
  /// is to be signed, and the partner's policy.
  func partnerCheck(
    _ text: String, _ subject: String, _ credential: Credential, _ request: AuthorizationRequest, evidenceID: String,
    now: UnixTime
  ) async throws -> FactorCheck {
    let policy = rules.partnerPolicies[credential.partner] ?? PartnerPolicy()
    if !policy.isSufficientAlone { try Self.requireSecondFactor(request, credential) }
    let statement: PartnerStatement
    do {
      statement = try await statements.verify(text, of: credential.partner)
    } catch .unavailable {
      try await noteUnavailable(.partner, credential.id, now)
      throw Refusal.unavailable
    } catch .refused(let reason) {
      return refusedStatement(reason, evidenceID)
    }
    if let reason = Self.rejection(of: statement, subject, credential, request, policy, now) {
      return refusedStatement(reason, evidenceID)
    }
    let person: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let use = SingleUse.digest(
      "statement of \(credential.partner.rawValue)", issuer: statement.issuer, id: statement.id)
    let until = statement.expires + policy.clockSkew + SingleUse.clockDifference
    return FactorCheck(
      factor: .partner, evidenceID: evidenceID, deviceMessages: [(.pseudonym, person.canonical())]
    ) { macs in
      DecidedCheck(
        factor: .partner, evidenceID: evidenceID,
        detail: [
          ("provider", .string(statement.issuer)), ("subject", .string(Hex.encode(macs[0]))),
          ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
          ("amr", .array(statement.methods.map { .string($0) })), ("authTime", .integer(statement.authenticationTime)),
          ("tokenID", .string(Hex.encode(OctetDigest.sha256(statement.id)))),
          ("token", .string(Hex.encode(statement.digest))),
        ], verdict: .statement(use: use, until: until))
    }
  }

  /// A statement that may not stand alone needs another factor beside it, whatever the credential's policy says.
  private static func requireSecondFactor(_ request: AuthorizationRequest, _ credential: Credential) throws {
    let known = Set(credential.authenticators.map(\.factor))
    let presented = Set(request.presented.keys).union(request.outOfBand).intersection(known)
    guard presented == [.partner], let expression = credential.expression else { return }
    throw Refusal(missing: expression.missing(from: presented) { $0 != [.partner] })
  }

  /// The reason is for the audit log.
  private static func rejection(
    of statement: PartnerStatement, _ subject: String, _ credential: Credential, _ request: AuthorizationRequest,
    _ policy: PartnerPolicy, _ now: UnixTime
  ) -> String? {
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "sub" }
    if let users = policy.users, !users.contains(where: { $0.utf8.elementsEqual(subject.utf8) }) { return "user" }
    if let credentials = policy.credentials, !credentials.contains(credential.id) { return "credential" }
    if let named = statement.credential, named != credential.id { return "credentialID" }
    if statement.level < policy.minimumLevel { return "acr" }
    if statement.authenticationTime < now - policy.maximumAuthenticationAge - policy.clockSkew { return "auth_time" }
    if statement.issued < now - policy.maximumAge - policy.clockSkew { return "iat" }
    return rejection(of: statement.authorizedDigests, request, credential.scal)
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

  private func refusedStatement(_ reason: String, _ evidenceID: String) -> FactorCheck {
    FactorCheck(factor: .partner, evidenceID: evidenceID, deviceMessages: []) { _ in
      DecidedCheck(factor: .partner, evidenceID: evidenceID, detail: [], verdict: .refused(reason: reason))
    }
  }
}

extension DecidedCheck {
  /// Rejects bad or replayed tokens before any try is counted or any code consumed. The other factors are not evaluated,
  /// so nothing leaks about them.
  func objection(
    _ transaction: any SoleControlWriting, _ credential: CredentialID, _ rules: SigningService.Rules, _ now: UnixTime
  ) throws -> Refusal? {
    switch verdict {
    case .refused, .eidRefused: return try decide(transaction, credential, rules, now)
    case .eid(let use): return try logInObjection(use, transaction, credential, rules.challengeLife, now)
    case .statement(let use, _):
      return try transaction.isUsed(use) ? try refused(transaction, credential, "jti", now) : nil
    case .pin, .otp, .sms: return nil
    }
  }

  private func logInObjection(
    _ use: EIDLogInUse, _ transaction: any SoleControlWriting, _ credential: CredentialID, _ life: UnixTime,
    _ now: UnixTime
  ) throws -> Refusal? {
    if try use.nonce != nil && use.challenge(factor, of: credential, in: transaction, life, now) == nil {
      return try refused(transaction, credential, "challenge", now)
    }
    if let once = use.once, try transaction.isUsed(once.digest) {
      return try refused(transaction, credential, "used", now)
    }
    return nil
  }
}

extension SoleControlWriting {
  /// Decides all factors in their order, each inside the caller's transaction.
  ///
  /// - Returns: nil if all are good. A refusal is to be returned from the transaction, not thrown: the counted try must
  ///   stay.
  func decide(
    _ checks: [DecidedCheck], _ credential: CredentialID, _ rules: SigningService.Rules, _ now: UnixTime
  ) throws -> Refusal? {
    for check in checks {
      if let refusal = try check.objection(self, credential, rules, now) { return refusal }
    }
    for check in checks {
      if let refusal = try check.decide(self, credential, rules, now) { return refusal }
    }
    return nil
  }
}
