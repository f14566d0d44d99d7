public import Vocabulary
package import WireJSON

/// Whether a SAD is tied to the data to be signed (CSC v1 §11.5 `SCAL`; EN 419 241-1).
public enum SCAL: Int, Sendable { case one = 1, two = 2 }

/// Way in which a credential is authorized (CSC v1 `authMode`).
public enum AuthorizationMode: String, Sendable {
  /// The caller's token is enough. Only for credentials marked so: seals and tests.
  case implicit
  case explicit
  /// Only through the authorization server.
  case oauth2code
}

/// Key material that only the device can use: encrypted under its wrapping key.
public struct WrappedKey: Sendable, Hashable {
  public let bytes: [UInt8]
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// The end-entity certificate, its chain, and what is asked of it for every signature.
public struct Certificate: Sendable, Equatable {
  /// DER, end entity first, root last.
  public var chain: [[UInt8]]
  public var notBefore, notAfter: UnixTime
  /// RFC 4514.
  public var subject, issuer: String
  public var organization, commonName: String?
  /// Hexadecimal.
  public var serialNumber: String
  /// SubjectPublicKeyInfo, DER: what every signature is verified with before it leaves.
  public var publicKey: [UInt8]

  public init(
    chain: [[UInt8]], notBefore: UnixTime, notAfter: UnixTime, subject: String, issuer: String,
    organization: String?, commonName: String?, serialNumber: String, publicKey: [UInt8]
  ) {
    self.chain = chain
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.subject = subject
    self.issuer = issuer
    self.organization = organization
    self.commonName = commonName
    self.serialNumber = serialNumber
    self.publicKey = publicKey
  }
}

/// A signer's key, certificate and rules. The stored row carries a MAC made in the device over all of it
/// (`CredentialText`), so a row edited by hand or moved to another signer is refused.
public struct Credential: Sendable, Equatable {
  public var id: CredentialID
  public var partner: PartnerID
  public var signer: SignerID
  /// Shown to people; at most 255 characters.
  public var description: String
  /// Kind of signature that it is meant for (CSC v2 §11.6 `signatureQualifier`), such as `eu_eidas_aes`.
  public var qualifier: String?
  public var keyType: KeyType
  public var wrappedKey: WrappedKey
  public var certificate: Certificate
  public var mode: AuthorizationMode
  /// Nil exactly if the mode is implicit.
  public var expression: FactorExpression?
  public var authenticators: [Authenticator]
  public var scal: SCAL
  /// The most signatures that one authorization may cover.
  public var multisign: Int
  public var isEnabled: Bool

  public init(
    id: CredentialID, partner: PartnerID, signer: SignerID, description: String, qualifier: String? = nil,
    keyType: KeyType, wrappedKey: WrappedKey, certificate: Certificate, mode: AuthorizationMode,
    expression: FactorExpression?, authenticators: [Authenticator], scal: SCAL, multisign: Int, isEnabled: Bool
  ) {
    self.id = id
    self.partner = partner
    self.signer = signer
    self.description = description
    self.qualifier = qualifier
    self.keyType = keyType
    self.wrappedKey = wrappedKey
    self.certificate = certificate
    self.mode = mode
    self.expression = expression
    self.authenticators = authenticators
    self.scal = scal
    self.multisign = multisign
    self.isEnabled = isEnabled
  }

  /// Whether the certificate's validity period covers `now`.
  public func isValid(at now: UnixTime) -> Bool { certificate.notBefore <= now && now <= certificate.notAfter }
}

/// A credential as it is stored: its canonical text and the device's MAC over it.
public struct ProtectedRow: Sendable, Hashable {
  public let text: [UInt8]
  public let mac: [UInt8]

  public init(text: [UInt8], mac: [UInt8]) {
    self.text = text
    self.mac = mac
  }
}

extension Credential {
  /// Whether the parts fit together: a credential has a policy, whose every factor has one authenticator, unless it is
  /// implicit. One that waits for its first factor has none and is disabled. The authorization server's own page has no
  /// polling, and no partner speaks there, so it has only factors that are given on pages.
  package var isConsistent: Bool {
    guard let expression else { return mode == .implicit }
    let known = authenticators.map(\.factor)
    let isWaiting = known.isEmpty && !isEnabled
    return mode != .implicit && Set(known).count == known.count
      && (isWaiting || expression.factors.isSubset(of: known))
      && (mode == .explicit || expression.factors.allSatisfy(\.traits.isForPages))
  }
}

extension Principal {
  /// A user may use the own credentials, a partner those of its customers.
  func mayUse(_ credential: Credential) -> Bool {
    credential.partner == partner && (signer == nil || credential.signer == signer)
  }
}

extension Credential: CanonicalObject {
  /// The canonical text of the whole row: what the store keeps and what the device's MAC covers.
  ///
  /// Covered are owner, policy, authenticators, state, certificates and the wrapped key, so none of them
  /// can be exchanged between rows or edited without the device.
  package var object: JSONObject {
    var object = JSONObject([
      ("id", .string(id.rawValue)), ("partner", .string(partner.rawValue)), ("signer", .string(signer.rawValue)),
      ("description", .string(description)), ("keyType", .string(keyType.name)),
      ("wrappedKey", .octets(wrappedKey.bytes)),
      ("certificate", certificate.json), ("mode", .string(mode.rawValue)),
      ("authenticators", .array(authenticators.map(\.json))), ("scal", .integer(Int64(scal.rawValue))),
      ("multisign", .integer(Int64(multisign))), ("enabled", .bool(isEnabled)),
    ])
    if let qualifier { object["qualifier"] = .string(qualifier) }
    if let expression { object["expression"] = .string(expression.rawValue) }
    return object
  }

  package init?(object row: JSONObject) {
    guard let id = row["id"]?.string, let partner = row["partner"]?.string, let signer = row["signer"]?.string,
      let description = row["description"]?.string,
      let keyType = row["keyType"]?.string.flatMap(KeyType.init(parsing:)),
      let wrappedKey = row.octets("wrappedKey"),
      let certificate = row["certificate"]?.object.flatMap(Certificate.init(json:)),
      let mode = row["mode"]?.string.flatMap(AuthorizationMode.init(rawValue:)),
      let authenticators = row["authenticators"]?.array,
      let scal = row["scal"]?.integer.flatMap({ SCAL(rawValue: Int($0)) }),
      let multisign = row["multisign"]?.integer, let isEnabled = row["enabled"]?.bool
    else { return nil }
    let factors = authenticators.compactMap { $0.object.flatMap(Authenticator.init(json:)) }
    let expression = row["expression"]?.string
    let policy = expression.flatMap(FactorExpression.init(parsing:))
    // A policy that cannot be read must not become none.
    guard factors.count == authenticators.count, (expression == nil) == (policy == nil) else { return nil }
    self.init(
      id: CredentialID(id), partner: PartnerID(partner), signer: SignerID(signer), description: description,
      qualifier: row["qualifier"]?.string, keyType: keyType, wrappedKey: WrappedKey(wrappedKey),
      certificate: certificate,
      mode: mode, expression: policy,
      authenticators: factors, scal: scal, multisign: Int(multisign), isEnabled: isEnabled)
  }
}

extension Certificate {
  var json: JSONValue {
    var object = JSONObject([
      ("chain", .octets(chain)), ("notBefore", .integer(notBefore)),
      ("notAfter", .integer(notAfter)), ("subject", .string(subject)), ("issuer", .string(issuer)),
      ("serialNumber", .string(serialNumber)), ("publicKey", .octets(publicKey)),
    ])
    if let organization { object["organization"] = .string(organization) }
    if let commonName { object["commonName"] = .string(commonName) }
    return .object(object)
  }

  init?(json object: JSONObject) {
    guard let chain = object.listOfOctets("chain"),
      let notBefore = object["notBefore"]?.integer, let notAfter = object["notAfter"]?.integer,
      let subject = object["subject"]?.string, let issuer = object["issuer"]?.string,
      let serialNumber = object["serialNumber"]?.string,
      let publicKey = object.octets("publicKey")
    else { return nil }
    self.init(
      chain: chain, notBefore: notBefore, notAfter: notAfter, subject: subject, issuer: issuer,
      organization: object["organization"]?.string, commonName: object["commonName"]?.string,
      serialNumber: serialNumber, publicKey: publicKey)
  }
}
