import Octets
import WireJSON

extension Credential {
  /// The canonical text of the whole row: what the store keeps and what the device's MAC covers.
  ///
  /// Covered are owner, policy, authenticators, state, certificates and the wrapped key, so none of them
  /// can be exchanged between rows or edited without the device.
  public func canonical() -> [UInt8] { json.canonical() }

  var json: JSONValue {
    var object = JSONObject([
      ("id", .string(id.rawValue)), ("partner", .string(partner.rawValue)), ("signer", .string(signer.rawValue)),
      ("description", .string(description)), ("keyType", .string(keyType.name)),
      ("wrappedKey", .string(Hex.encode(wrappedKey.bytes))),
      ("certificate", certificate.json), ("mode", .string(mode.rawValue)),
      ("authenticators", .array(authenticators.map(\.json))), ("scal", .integer(Int64(scal.rawValue))),
      ("multisign", .integer(Int64(multisign))), ("enabled", .bool(isEnabled)),
    ])
    if let qualifier { object["qualifier"] = .string(qualifier) }
    if let expression { object["expression"] = .string(expression.rawValue) }
    return .object(object)
  }

  /// Reads a stored row back. Nil if it is not what `canonical()` writes.
  public init?(canonical text: [UInt8]) {
    guard let row = try? JSONValue.parse(text, limits: .own).object,
      let id = row["id"]?.string, let partner = row["partner"]?.string, let signer = row["signer"]?.string,
      let description = row["description"]?.string,
      let keyType = row["keyType"]?.string.flatMap(KeyType.init(parsing:)),
      let wrappedKey = row["wrappedKey"]?.string.flatMap(Hex.decode),
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
      ("chain", .array(chain.map { .string(Hex.encode($0)) })), ("notBefore", .integer(notBefore)),
      ("notAfter", .integer(notAfter)), ("subject", .string(subject)), ("issuer", .string(issuer)),
      ("serialNumber", .string(serialNumber)), ("publicKey", .string(Hex.encode(publicKey))),
    ])
    if let organization { object["organization"] = .string(organization) }
    if let commonName { object["commonName"] = .string(commonName) }
    return .object(object)
  }

  init?(json object: JSONObject) {
    guard let chain = object["chain"]?.array?.compactMap({ $0.string.flatMap(Hex.decode) }),
      let notBefore = object["notBefore"]?.integer, let notAfter = object["notAfter"]?.integer,
      let subject = object["subject"]?.string, let issuer = object["issuer"]?.string,
      let serialNumber = object["serialNumber"]?.string,
      let publicKey = object["publicKey"]?.string.flatMap(Hex.decode)
    else { return nil }
    self.init(
      chain: chain, notBefore: notBefore, notAfter: notAfter, subject: subject, issuer: issuer,
      organization: object["organization"]?.string, commonName: object["commonName"]?.string,
      serialNumber: serialNumber, publicKey: publicKey)
  }
}
