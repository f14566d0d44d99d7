internal import CSCModel
internal import Foundation
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// Methods about credentials: which there are, and their beginning and end.
struct CredentialMethods: Sendable {
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let tokens: TokenService
  /// Of the service, as `info` has it.
  let language: String
  /// Factors that no caller can give.
  let notOffered: Set<FactorID>
  let now: @Sendable () -> UnixTime

  /// v1: credentials of one page, unless fewer are asked for.
  private static let pageSize = 100
  /// v2 has no pages; no user has more than this.
  private static let listSize = 10_000

  /// `credentials/list`
  func list(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try CredentialsListRequest(fields, call.version)
    let (version, principal) = (call.version, call.principal)
    guard let signer = try await signer(request.userID, as: principal) else {
      return Response(json: ["credentialIDs": []])
    }
    let size = version == .v1 ? min(request.maxResults ?? Self.pageSize, Self.pageSize) : Self.listSize
    let after = version == .v1 ? try request.pageToken.map(Self.position) : nil
    var credentials = try await soleControl.credentials.list(
      of: signer, after: after, limit: size + 1, as: principal)
    let hasMore = credentials.count > size
    if hasMore { credentials.removeLast(credentials.count - size) }
    if request.onlyValid, version == .v2 { credentials = credentials.filter { $0.isEnabled && $0.isValid(at: now()) } }

    var answer = JSONObject([("credentialIDs", .array(credentials.map { .string($0.id.rawValue) }))])
    if version == .v1, hasMore, let last = credentials.last {
      answer["nextPageToken"] = .string(Self.pageToken(last.id))
    }
    if version == .v2, request.withInfo {
      answer["credentialInfos"] = .array(credentials.map { .object(wireValue($0).json(request.detail, version)) })
    }
    if version == .v2, request.onlyValid { answer["onlyValid"] = true }
    return Response(json: .object(answer))
  }

  /// `credentials/info`
  func info(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try CredentialsInfoRequest(fields)
    try call.caller.check(CredentialID(request.credentialID))
    let credential = try await soleControl.credentials.credential(
      CredentialID(request.credentialID), as: call.principal)
    var answer = wireValue(credential)
    if call.version == .v2 { answer.statements = CredentialAnswer.CertificateStatements(credential.certificate) }
    return Response(json: .object(answer.json(request.detail, call.version)))
  }

  /// `credentials/create`: the answer is the new credential as `credentials/list` shows it.
  func create(_ fields: Fields, _ call: APICall) async throws -> Response {
    guard case .lifecycle(let bearer) = call.caller, bearer.grant.isCreation else { throw CSCError.insufficientScope }
    let request = try CredentialsCreateRequest(fields)
    let credential = try await issuance.create(
      policy: request.certificatePolicy, claim: SubjectClaim(request.subject), by: bearer)
    return Response(json: .object(wireValue(credential).json(request.detail, call.version)), status: .created)
  }

  /// `credentials/delete`
  func delete(_ fields: Fields, _ call: APICall) async throws -> Response {
    guard case .lifecycle(let bearer) = call.caller, !bearer.grant.isCreation else { throw CSCError.insufficientScope }
    let request = try CredentialsDeleteRequest(fields)
    do {
      try await issuance.delete(CredentialID(request.credentialID), reason: request.reason, by: bearer)
    } catch Refusal.unknownCredential {
      // This method's row quotes the name.
      throw CSCError.invalidQuoted("credentialID")
    }
    return Response(status: .noContent)
  }

  /// The signer whose credentials are listed. A user's token speaks for that user only; a partner's names one of its
  /// users. Nil if the partner has no such user.
  private func signer(_ userID: String?, as principal: Principal) async throws -> SignerID? {
    if let signer = principal.signer {
      guard userID == nil else { throw CSCError.userIDMustBeNull }
      return signer
    }
    guard let userID else { throw CSCError.missingString("userID") }
    guard UserID.isWellFormed(userID) else { throw CSCError.invalidParameter("userID") }
    return try await tokens.signer(named: userID, of: principal.partner.rawValue).map { SignerID($0) }
  }

  // MARK: Pages

  private static let pageMark = "after:"

  private static func pageToken(_ last: CredentialID) -> String {
    Base64.encodeURL(Array((pageMark + last.rawValue).utf8))
  }

  private static func position(_ token: String) throws -> CredentialID {
    guard let text = Base64.decode(token).flatMap({ String(validating: $0, as: UTF8.self) }),
      text.startsWithOctets(of: pageMark)
    else { throw CSCError.invalidParameter("pageToken") }
    return CredentialID(String(decoding: text.utf8.dropFirst(pageMark.utf8.count), as: UTF8.self))
  }

  // MARK: Translation

  /// The policy with what callers can give; nil if they cannot satisfy it, and while it has no factors. Our pages need
  /// no method of the API.
  private func expression(_ credential: Credential) -> FactorExpression? {
    guard !credential.authenticators.isEmpty else { return nil }
    return credential.mode == .explicit ? credential.expression?.without(notOffered) : credential.expression
  }

  private func wireValue(_ credential: Credential) -> CredentialAnswer {
    let certificate = credential.certificate
    let isValid = credential.isValid(at: now())
    let expression = expression(credential)
    // One that could be authorized by left out methods alone cannot be used.
    let isUsable = credential.isEnabled && (credential.expression == nil || expression != nil)
    return CredentialAnswer(
      credentialID: credential.id.rawValue, description: credential.description, qualifier: credential.qualifier,
      keyEnabled: isUsable && isValid, algorithms: credential.keyType.wireAlgorithms,
      keyLength: credential.keyType.length, curve: credential.keyType.curve,
      certificateStatus: isValid ? .valid : .expired, chain: certificate.chain,
      certificate: CredentialAnswer.CertificateFields(
        issuer: certificate.issuer, subject: certificate.subject, serialNumber: certificate.serialNumber,
        validFrom: generalizedTime(certificate.notBefore), validTo: generalizedTime(certificate.notAfter)),
      authMode: credential.mode.rawValue, expression: expression?.rawValue ?? "",
      objects: credential.authenticators.map(\.factor).filter { expression?.factors.contains($0) ?? false }
        .map { $0.face.wireObject }, pin: expression.presence(of: .pin),
      otp: expression.presence(of: credential.oneTimeCodeFactor),
      otpKind: credential.oneTimeCodeFactor == .sms ? .online : .offline, scal: credential.scal.rawValue,
      multisign: credential.multisign,
      language: language)
  }
}

/// `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5.2).
private func generalizedTime(_ time: UnixTime) -> String {
  var seconds = time_t(time)
  var parts = tm()
  gmtime_r(&seconds, &parts)
  let fields = [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
  return "\(parts.tm_year + 1900)" + fields.map { ($0 < 10 ? "0" : "") + "\($0)" }.joined() + "Z"
}

extension KeyType {
  fileprivate var wireAlgorithms: [WireSignAlgorithm] {
    switch self {
    case .rsa: WireSignAlgorithm.rsa
    case .ec(.p256): WireSignAlgorithm.ecdsa(preferring: .sha256)
    case .ec(.p384): WireSignAlgorithm.ecdsa(preferring: .sha384)
    case .ec(.p521): WireSignAlgorithm.ecdsa(preferring: .sha512)
    }
  }

  fileprivate var curve: Curve? {
    if case .ec(let curve) = self { curve } else { nil }
  }
}

extension FactorExpression? {
  fileprivate func presence(of factor: FactorID) -> CredentialAnswer.Presence {
    guard let self, self.factors.contains(factor) else { return .forbidden }
    return self.demands(factor) ? .required : .optional
  }
}

extension CredentialAnswer.CertificateStatements {
  /// A certificate whose statements cannot be read says nothing.
  fileprivate init(_ certificate: Certificate) {
    let statements = certificate.chain.first.flatMap(SoleControl.CertificateStatements.init(certificate:))
    self.init(qualified: statements?.qualified ?? [], policies: statements?.policies ?? [])
  }
}

extension SubjectClaim {
  init(_ data: SubjectData) {
    self.init(
      commonName: data.commonName, givenName: data.givenName, surname: data.surname, country: data.country)
  }
}
