/// A kind of signature that a credential is meant for (CSC v2 §11.14 `signatureQualifier`; names of the CSC Data Model
/// 1.0.0), under the eIDAS Regulation (EU) No 910/2014.
///
/// Names of other laws are none here: there is no rule by which a certificate could be held against them.
public enum SignatureQualifier: String, Sendable, CaseIterable {
  case qualifiedSignature = "eu_eidas_qes"
  case advancedSignature = "eu_eidas_aes"
  case advancedSignatureOfQualifiedCertificate = "eu_eidas_aesqc"
  case qualifiedSeal = "eu_eidas_qeseal"
  case advancedSeal = "eu_eidas_aeseal"
  case advancedSealOfQualifiedCertificate = "eu_eidas_aesealqc"

  /// Whether the certificate must be an EU qualified one (Regulation Art. 3 no. 12 and 27, Art. 28 and 38).
  public var needsQualifiedCertificate: Bool {
    switch self {
    case .advancedSignature, .advancedSeal: false
    case .qualifiedSignature, .advancedSignatureOfQualifiedCertificate, .qualifiedSeal,
      .advancedSealOfQualifiedCertificate:
      true
    }
  }

  /// Whether the key must be in a qualified device too (Regulation Art. 3 no. 12 and 27).
  public var needsQualifiedDevice: Bool { self == .qualifiedSignature || self == .qualifiedSeal }

  /// OID of the type that a certificate for it is of (ETSI EN 319 412-5 clause 4.2.3).
  public var certificateType: String {
    switch self {
    case .qualifiedSignature, .advancedSignature, .advancedSignatureOfQualifiedCertificate: OID.qualifiedForSignatures
    case .qualifiedSeal, .advancedSeal, .advancedSealOfQualifiedCertificate: OID.qualifiedForSeals
    }
  }
}
