internal import Attempts
internal import CSCModel
internal import Foundation
internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// v1: credentials of one page, unless fewer are asked for.
  private static let pageSize = 100
  /// v2 has no pages; more than this nobody has.
  private static let listSize = 10_000

  /// `credentials/list`
  func listCredentials(
    _ request: CredentialsListRequest, _ version: APIVersion, as principal: Principal
  ) async throws -> Response {
    guard let signer = try await signer(request.userID, as: principal) else {
      return Response(json: ["credentialIDs": []])
    }
    let size = version == .v1 ? min(request.maxResults ?? Self.pageSize, Self.pageSize) : Self.listSize
    let after = version == .v1 ? try request.pageToken.map(Self.position) : nil
    var credentials = try await signing.credentials(of: signer, after: after, limit: size + 1, as: principal)
    let hasMore = credentials.count > size
    if hasMore { credentials.removeLast(credentials.count - size) }
    if request.onlyValid, version == .v2 { credentials = credentials.filter { $0.isEnabled && $0.isValid(at: now()) } }

    var answer = JSONObject([("credentialIDs", .array(credentials.map { .string($0.id.text) }))])
    if version == .v1, hasMore, let last = credentials.last {
      answer["nextPageToken"] = .string(Self.pageToken(last.id))
    }
    if version == .v2, request.withInfo {
      answer["credentialInfos"] = .array(credentials.map { .object(wire($0).json(request.detail, version)) })
    }
    if version == .v2, request.onlyValid { answer["onlyValid"] = true }
    return Response(json: .object(answer))
  }

  /// `credentials/info`
  func credentialInfo(
    _ request: CredentialsInfoRequest, _ version: APIVersion, as caller: Caller
  ) async throws -> Response {
    try caller.check(CredentialID(request.credentialID))
    let credential = try await signing.credential(CredentialID(request.credentialID), as: caller.principal)
    return Response(json: .object(wire(credential).json(request.detail, version)))
  }

  /// `credentials/getChallenge`
  func challenge(
    _ request: GetChallengeRequest, as principal: Principal, from origin: Origin
  ) async throws -> Response {
    guard request.authObjectID != FactorID.sms.rawValue else {
      return try await sendCode(request.credentialID, request.description, as: principal, from: origin)
    }
    let text = try await signing.challenge(
      for: CredentialID(request.credentialID), factor: FactorID(rawValue: request.authObjectID), as: principal)
    return Response(json: ["challenge": .string(text)])
  }

  /// `credentials/sendOTP`, and `credentials/getChallenge` for a challenge that goes another way.
  func sendCode(
    _ credentialID: String, _ description: String?, as principal: Principal, from origin: Origin
  ) async throws -> Response {
    try await signing.sendCode(
      for: CredentialID(credentialID), description: description, as: principal, from: origin)
    return Response(status: .noContent)
  }

  /// Whose credentials are listed. A user's token speaks for that user only; a partner's names one of its
  /// users. Nil if the partner has no such user.
  private func signer(_ userID: String?, as principal: Principal) async throws -> SignerID? {
    if let signer = principal.signer {
      guard userID == nil else { throw CSCError.userIDMustBeNull }
      return signer
    }
    guard let userID else { throw CSCError.missingString("userID") }
    guard UserID.isWellFormed(userID) else { throw CSCError.invalidParameter("userID") }
    return try await tokens.signer(named: userID, of: principal.partner.text).map { SignerID($0) }
  }

  // MARK: Pages

  private static let pageMark = "after:"

  private static func pageToken(_ last: CredentialID) -> String {
    Base64.encodeURL(Array((pageMark + last.text).utf8))
  }

  private static func position(_ token: String) throws -> CredentialID {
    guard let text = Base64.decode(token).flatMap({ String(validating: $0, as: UTF8.self) }),
      text.startsWithOctets(of: pageMark)
    else { throw CSCError.invalidParameter("pageToken") }
    return CredentialID(String(decoding: text.utf8.dropFirst(pageMark.utf8.count), as: UTF8.self))
  }

  // MARK: Translation

  func wire(_ credential: Credential) -> CredentialAnswer {
    let certificate = credential.certificate
    let isValid = credential.isValid(at: now())
    return CredentialAnswer(
      credentialID: credential.id.text, description: credential.description, qualifier: credential.qualifier,
      keyEnabled: credential.isEnabled && isValid, algorithms: credential.keyType.wireAlgorithms,
      keyLength: credential.keyType.length, curve: credential.keyType.wireCurve,
      certificateStatus: isValid ? .valid : .expired, chain: certificate.chain,
      certificate: CredentialAnswer.CertificateFields(
        issuer: certificate.issuer, subject: certificate.subject, serialNumber: certificate.serialNumber,
        validFrom: generalizedTime(certificate.notBefore), validTo: generalizedTime(certificate.notAfter)),
      authMode: credential.mode.rawValue, expression: credential.expression?.text ?? "",
      objects: credential.enrolments.map(\.factor.wireObject), pin: credential.presence(of: .pin),
      otp: credential.presence(of: credential.oneTimeCodeFactor),
      otpKind: credential.oneTimeCodeFactor == .sms ? .online : .offline, scal: credential.scal.rawValue,
      multisign: credential.multisign,
      language: info.language)
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

  fileprivate var wireCurve: CredentialAnswer.Curve? {
    switch self {
    case .rsa: nil
    case .ec(.p256): .p256
    case .ec(.p384): .p384
    case .ec(.p521): .p521
    }
  }
}

extension Credential {
  fileprivate func presence(of factor: FactorID) -> CredentialAnswer.Presence {
    guard let expression, expression.factors.contains(factor) else { return .forbidden }
    return expression.demands(factor) ? .required : .optional
  }
}

extension FactorID {
  fileprivate var wireObject: CredentialAnswer.AuthObject {
    switch self {
    case .pin: .init(kind: .password, id: rawValue, format: "N", generator: nil, label: "PIN")
    case .otp: .init(kind: .password, id: rawValue, format: "N", generator: "totp", label: "One-time password")
    case .sms: .init(kind: .challengeResponse, id: rawValue, format: "N", generator: nil, label: "Code by message")
    case .page: .init(kind: .passwordOutOfBand, id: rawValue, format: nil, generator: nil, label: "Confirmation page")
    case .eidApp:
      .init(kind: .challengeResponseOutOfBand, id: rawValue, format: nil, generator: "ciba", label: "eID app")
    case .eid: .init(kind: .challengeResponse, id: rawValue, format: nil, generator: "oidc", label: "eID")
    case .partner:
      .init(kind: .password, id: rawValue, format: nil, generator: "partner-jwt", label: "Statement of the partner")
    }
  }
}
