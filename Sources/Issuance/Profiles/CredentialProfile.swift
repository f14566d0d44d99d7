public import SoleControl
public import Vocabulary

/// Properties of a credential that is made under a certificate policy. Its factor is the PIN that its owner chose.
public struct CredentialProfile: Sendable {
  /// OID of the certificate policy (RFC 5280 §4.2.1.4), dotted decimal.
  public var policy: String
  /// Name of the credential for people, by RFC 5646 tag.
  public var names: [String: String]
  public var keyType: KeyType
  /// `explicit` or `oauth2code`.
  public var mode: AuthorizationMode
  /// CSC v2 `signatureQualifier`.
  public var qualifier: String?
  public var scal: SCAL
  public var multisign: Int
  /// Validity of its certificates.
  public var days: Int64
  /// Factors of an existing credential by which the person proves who asks for another one. Nil: those with which that
  /// credential signs. Factors named here come on top of them.
  public var proof: FactorExpression?
  /// Authentication contexts (`acr`) that this proof reaches, as the operator answers for. A client that asks for
  /// others gets no credential (CSC v2 §8.2.2 `acr_values`).
  public var acrValues: [String] = []

  /// Whether one of these contexts is reached; true if none was asked for.
  public func reaches(oneOf asked: [String]) -> Bool { asked.isEmpty || asked.contains(where: acrValues.contains) }

  public init(
    policy: String, names: [String: String], keyType: KeyType, mode: AuthorizationMode, qualifier: String?, scal: SCAL,
    multisign: Int, days: Int64, proof: FactorExpression? = nil
  ) {
    self.policy = policy
    self.names = names
    self.keyType = keyType
    self.mode = mode
    self.qualifier = qualifier
    self.scal = scal
    self.multisign = multisign
    self.days = days
    self.proof = proof
  }
}
