import OpenSSLPKI
import Issuance
import SoleControl
import Vocabulary

extension Config {
  /// The operator's own CA, whose key is in the device's token (label `countersign-ca-issuing`).
  struct IssuerConfig {
    /// Path of the folder with the certificates of the CA, DER: `root.der` and `issuing.der`.
    var certificates: String
    /// Path of the file for the issuing CA's CRL, DER. Written at every start, daily, and whenever a credential is
    /// deleted.
    var revocationList: String
    /// `policies`: at least one, each with
    /// - `policy`: its OID. None may be there twice.
    /// - `names`: by language, for people. Optional.
    /// - `key`: type of the key, such as `p256`, `rsa3072`.
    /// - `mode`: `explicit` or `oauth2code`. Default: oauth2code.
    /// - `scal`: 1 or 2. Default: 2.
    /// - `multisign`: signatures of one authorization, 1 to 1000. Default: 1.
    /// - `qualifier`: `signatureQualifier`, `eu_eidas_aes` or `eu_eidas_aeseal`: the others need certificates that
    ///   carry the statements of a qualified one, and this CA issues none. Default: none.
    /// - `days`: validity of certificates, 1 to 3660 days.
    /// - `proof`: factors that a person must show of a credential that he or she has, as an expression such as
    ///   `PIN AND OTP`, in addition to those with which it signs. PIN, OTP, SMS, EID may be named. Default: none. A
    ///   person without a credential gets the first one by registration, not here.
    /// - `acrValues`: names of the authentication contexts that this proof reaches, such as
    ///   `http://eidas.europa.eu/LoA/substantial`, at most 16; a client that asks for others in `acr_values` is
    ///   refused. Default: none, so each client that asks for one is. Outside a sandbox they need a `proof`.
    var profiles: [CredentialProfile]

    /// Seconds for which the token of an order to make or delete a credential is good, 10 to 3600. Default: 300.
    var orderLife: Int64

    /// Days in which a person can set the PIN of a credential that a trusted client ordered, 1 to 30; then it is
    /// removed, and its certificate revoked. Default: 7.
    var invitationDays: Int64

    /// Seconds until the next list, at the latest.
    static let listLife: Int64 = 7 * 86400

    init(_ reader: ConfigReader) throws {
      certificates = try reader.string("certificates")
      revocationList = try reader.string("revocationList")
      orderLife = Int64(try reader.integer("orderLife", in: 10...3600, default: 300))
      invitationDays = Int64(try reader.integer("invitationDays", in: 1...30, default: 7))
      profiles = try reader.list("policies").map { try CredentialProfile($0) }
      guard !profiles.isEmpty, Set(profiles.map(\.policy)).count == profiles.count else {
        throw reader.error("policies", "must list at least one policy, and none twice")
      }
      try reader.finish()
    }
  }

  /// Labels of the keys that OpenSSL uses.
  var openSSLKeyLabels: [String] {
    [log.keyLabel] + [tsa.map(\.keyLabel), issuer.map { _ in CertificateAuthority.issuingLabel }].compactMap(\.self)
  }
}

extension CredentialProfile {
  fileprivate init(_ reader: ConfigReader) throws {
    let key = try reader.string("key")
    guard let keyType = KeyType(parsing: key) else {
      throw reader.error("key", "is not a key type such as p256 or rsa3072: \(key)")
    }
    let mode = try reader.string("mode", default: AuthorizationMode.oauth2code.rawValue)
    guard let mode = AuthorizationMode(rawValue: mode), mode != .implicit else {
      throw reader.error("mode", "must be explicit or oauth2code")
    }
    let policy = try reader.string("policy")
    guard policy.wholeMatch(of: /[0-2](\.(0|[1-9][0-9]*))+/) != nil else {
      throw reader.error("policy", "must be an OID in dotted decimal text, such as 1.3.6.1.4.1.99999.1")
    }
    var names: [String: String] = [:]
    if let languages = try reader.optional("names") {
      for tag in languages.names { names[tag] = try languages.string(tag, longest: 100) }
      try languages.finish()
    }
    let qualifier = try reader.optionalString("qualifier")
    if let qualifier {
      let offered = SignatureQualifier.allCases.filter { !$0.needsQualifiedCertificate }
      guard offered.contains(where: { $0.rawValue == qualifier }) else {
        throw reader.error(
          "qualifier",
          "must be one of \(offered.map(\.rawValue)): certificates of this CA carry no statements of a qualified one")
      }
    }
    let proof = try reader.optionalString("proof").map { text in
      guard let proof = FactorExpression(parsing: text), proof.factors.allSatisfy(\.traits.isForPages) else {
        throw reader.error("proof", "must be an expression of PIN, OTP, SMS and EID with AND, OR and XOR")
      }
      return proof
    }
    self.init(
      policy: policy, names: names, keyType: keyType, mode: mode, qualifier: qualifier,
      scal: try reader.integer("scal", in: 1...2, default: 2) == 2 ? .two : .one,
      multisign: try reader.integer("multisign", in: 1...1000, default: 1),
      days: Int64(try reader.integer("days", in: 1...3660)), proof: proof)
    acrValues = try reader.optionalStrings("acrValues") ?? []
    guard acrValues.count <= 16, acrValues.allSatisfy({ !$0.isEmpty }) else {
      throw reader.error("acrValues", "must list at most 16 names")
    }
    try reader.finish()
  }
}
