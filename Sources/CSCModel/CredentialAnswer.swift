import Octets
public import Vocabulary
public import WireJSON

/// A credential as `credentials/info` and v2's `credentials/list` show it (CSC v1 §11.5, v2 §11.6, §11.7).
public struct CredentialAnswer: Sendable {
  public enum CertificateStatus: String, Sendable { case valid, expired, revoked, suspended }

  /// The decoded fields of the end-entity certificate.
  public struct CertificateFields: Sendable {
    /// RFC 4514.
    public var issuer, subject: String
    /// Hexadecimal.
    public var serialNumber: String
    /// `YYYYMMDDHHMMSSZ`.
    public var validFrom, validTo: String

    public init(issuer: String, subject: String, serialNumber: String, validFrom: String, validTo: String) {
      self.issuer = issuer
      self.subject = subject
      self.serialNumber = serialNumber
      self.validFrom = validFrom
      self.validTo = validTo
    }
  }

  /// `cert/qcStatements` and `cert/policy` of v2's `credentials/info`: OIDs.
  public struct CertificateStatements: Sendable {
    public var qualified, policies: [String]

    public init(qualified: [String], policies: [String]) {
      self.qualified = qualified
      self.policies = policies
    }
  }

  /// An entry of v2's `auth/objects`.
  public struct AuthObject: Sendable {
    public enum Kind: String, Sendable {
      case password = "Password"
      case passwordOutOfBand = "PasswordOOB"
      case challengeResponse = "ChallengeResponse"
      case challengeResponseOutOfBand = "ChallengeResponseOOB"
    }
    public var kind: Kind
    public var id: String
    /// `N` for digits; nil for any characters.
    public var format: String?
    public var generator: String?
    public var label: String

    public init(kind: Kind, id: String, format: String?, generator: String?, label: String) {
      self.kind = kind
      self.id = id
      self.format = format
      self.generator = generator
      self.label = label
    }
  }

  public enum Presence: String, Sendable { case required = "true", forbidden = "false", optional }

  /// v1's `OTP`: its type, and the object that it stands for.
  public enum OneTimeCode: String, Sendable { case offline = "OTP", online = "SMS" }

  public var credentialID: String
  public var description: String
  /// `signatureQualifier` (v2).
  public var qualifier: String?
  public var keyEnabled: Bool
  public var algorithms: [WireSignAlgorithm]
  /// Bits.
  public var keyLength: Int
  /// Nil if the key is none of an elliptic curve.
  public var curve: Curve?
  public var certificateStatus: CertificateStatus
  /// DER, end entity first.
  public var chain: [[UInt8]]
  public var certificate: CertificateFields
  /// Nil in the answers of other methods.
  public var statements: CertificateStatements?
  /// `implicit`, `explicit` or `oauth2code`; v2 shows the first as `explicit`.
  public var authMode: String
  public var expression: String
  public var objects: [AuthObject]
  /// The view of v1, derived from the same policy.
  public var pin, otp: Presence
  public var otpKind: OneTimeCode
  public var scal: Int
  public var multisign: Int
  public var language: String

  public init(
    credentialID: String, description: String, qualifier: String?, keyEnabled: Bool,
    algorithms: [WireSignAlgorithm], keyLength: Int,
    curve: Curve?, certificateStatus: CertificateStatus, chain: [[UInt8]], certificate: CertificateFields,
    authMode: String, expression: String, objects: [AuthObject], pin: Presence, otp: Presence,
    otpKind: OneTimeCode, scal: Int, multisign: Int, language: String
  ) {
    self.credentialID = credentialID
    self.description = description
    self.qualifier = qualifier
    self.keyEnabled = keyEnabled
    self.algorithms = algorithms
    self.keyLength = keyLength
    self.curve = curve
    self.certificateStatus = certificateStatus
    self.chain = chain
    self.certificate = certificate
    self.authMode = authMode
    self.expression = expression
    self.objects = objects
    self.pin = pin
    self.otp = otp
    self.otpKind = otpKind
    self.scal = scal
    self.multisign = multisign
    self.language = language
  }

  /// The answer without members that have nothing to say: no null ever leaves (one client loops on it,
  /// others refuse it).
  public func json(_ wanted: CredentialDetailWanted, _ version: CSCVersion) -> JSONObject {
    var answer = JSONObject([
      ("credentialID", .string(credentialID)), ("description", .string(description)), ("key", key),
      ("cert", .object(cert(wanted))), ("SCAL", .string("\(scal)")), ("multisign", .integer(Int64(multisign))),
      ("lang", .string(language)),
    ])
    switch version {
    case .v1:
      answer["authMode"] = .string(authMode)
      if wanted.authInfo, authMode == "explicit" {
        answer["PIN"] = factor(pin, label: "PIN", extra: [])
        answer["OTP"] = factor(
          otp, label: "One-time password", extra: [("type", .string("\(otpKind)")), ("ID", .string(otpKind.rawValue))])
      }
    case .v2:
      let explicit = authMode != "oauth2code"
      // `objects` is there even when empty: a strict client wants the member.
      var auth = JSONObject([("mode", explicit ? "explicit" : "oauth2code"), ("objects", [])])
      if explicit, wanted.authInfo {
        if !expression.isEmpty { auth["expression"] = .string(expression) }
        auth["objects"] = .array(objects.map(\.json))
      }
      answer["auth"] = .object(auth)
      if let qualifier { answer["signatureQualifier"] = .string(qualifier) }
    }
    return answer
  }

  private var key: JSONValue {
    var key = JSONObject([
      ("status", keyEnabled ? "enabled" : "disabled"),
      ("algo", .array(algorithms.map { .string($0.oid) })),
      ("len", .integer(Int64(keyLength))),
    ])
    if let curve { key["curve"] = .string(curve.oid) }
    return .object(key)
  }

  private func cert(_ wanted: CredentialDetailWanted) -> JSONObject {
    var cert = JSONObject([("status", .string(certificateStatus.rawValue))])
    switch wanted.certificates {
    case .none: break
    case .single: cert["certificates"] = .array(chain.prefix(1).map { .string(Base64.encode($0)) })
    case .chain: cert["certificates"] = .array(chain.map { .string(Base64.encode($0)) })
    }
    if wanted.certInfo {
      cert["issuerDN"] = .string(certificate.issuer)
      cert["serialNumber"] = .string(certificate.serialNumber)
      cert["subjectDN"] = .string(certificate.subject)
      cert["validFrom"] = .string(certificate.validFrom)
      cert["validTo"] = .string(certificate.validTo)
    }
    if let statements {
      cert["qcStatements"] = .array(statements.qualified.map(JSONValue.string))
      if !statements.policies.isEmpty { cert["policy"] = .array(statements.policies.map(JSONValue.string)) }
    }
    return cert
  }

  private func factor(_ presence: Presence, label: String, extra: [(String, JSONValue)]) -> JSONValue {
    var factor = JSONObject([("presence", .string(presence.rawValue))])
    if presence != .forbidden {
      factor["format"] = "N"
      factor["label"] = .string(label)
      for (name, value) in extra { factor[name] = value }
    }
    return .object(factor)
  }
}

extension CredentialAnswer.AuthObject {
  var json: JSONValue {
    var object = JSONObject([("type", .string(kind.rawValue)), ("id", .string(id)), ("label", .string(label))])
    if let format { object["format"] = .string(format) }
    if let generator { object["generator"] = .string(generator) }
    return .object(object)
  }
}
