import WireJSON

extension SigningService {
  /// The provider's adapter has verified the token; here it is held against the enrolled person and our rules.
  /// Identity is issuer and subject. The nonce must be an open challenge of this credential, which the
  /// transaction uses up: so a token authorizes once.
  func eidCheck(
    _ token: String, _ issuer: String, _ subject: String, _ minimum: AssuranceLevel, evidenceID: String,
    now: UnixTime
  ) async throws -> FactorCheck {
    let statement: EIDStatement
    do {
      statement = try await eid.verify(idToken: token, issuer: issuer)
    } catch .providerUnavailable {
      throw Refusal.unavailable
    } catch .refused(let reason) {
      return refusedCheck(reason, evidenceID)
    }
    if let reason = rejection(of: statement, issuer, subject, minimum, now) {
      return refusedCheck(reason, evidenceID)
    }
    let message: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let challenge = Self.digest(ofChallenge: statement.nonce)
    return FactorCheck(
      factor: .eid, evidenceID: evidenceID, deviceMessages: [(.pseudonym, message.canonical())]
    ) { macs in
      DecidedCheck(
        factor: .eid, evidenceID: evidenceID,
        detail: [
          ("issuer", .string(statement.issuer)), ("subject", .string(Hex.encode(macs[0]))),
          ("level", .string(statement.level.name)), ("authTime", .integer(statement.authenticationTime)),
          ("token", .string(Hex.encode(statement.tokenDigest))),
        ],
        verdict: .eid(challenge: challenge))
    }
  }

  private func rejection(
    of statement: EIDStatement, _ issuer: String, _ subject: String, _ minimum: AssuranceLevel, _ now: UnixTime
  ) -> String? {
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if !statement.issuer.utf8.elementsEqual(issuer.utf8) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimum { return "level" }
    // A provider that does not know when it authenticated says 0, which is refused as too old.
    if statement.authenticationTime < now - rules.maximumAuthenticationAge { return "age" }
    return nil
  }

  private func refusedCheck(_ reason: String, _ evidenceID: String) -> FactorCheck {
    FactorCheck(factor: .eid, evidenceID: evidenceID, deviceMessages: []) { _ in
      DecidedCheck(factor: .eid, evidenceID: evidenceID, detail: [], verdict: .eidRefused(reason: reason))
    }
  }
}
