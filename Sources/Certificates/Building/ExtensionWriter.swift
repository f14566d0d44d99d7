internal import Vocabulary

/// Extensions as DER, each as the profiles have it (RFC 5280 §4.2; EN 319 412-2 clause 4.3 unless a line says
/// otherwise). None is critical unless its clause wants it (GEN-4.1-2).
enum ExtensionWriter {
  /// Extension: the identifier, TRUE if it is critical and nothing if not, the value in an OCTET STRING (§4.1).
  static func entry(_ oid: String, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
    var parts = [DERWriter.objectIdentifier(oid)]
    if isCritical { parts.append(DERWriter.boolean(true)) }
    parts.append(DERWriter.octetString(value))
    return DERWriter.sequence(parts)
  }

  /// The identifier of the issuer's key and nothing else (§4.2.1.1, GEN-4.3.1-1).
  static func authorityKeyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
    entry(OID.authorityKeyIdentifier, DERWriter.sequence(DERWriter.implicit(0, identifier)))
  }

  /// §4.2.1.2.
  static func subjectKeyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
    entry(OID.subjectKeyIdentifier, DERWriter.octetString(identifier))
  }

  /// Numbers of the bits of KeyUsage (§4.2.1.3).
  enum Usage: Int {
    case digitalSignature = 0
    case contentCommitment = 1
    case keyCertSign = 5
    case cRLSign = 6
  }

  /// Critical (§4.2.1.3).
  static func keyUsage(_ usage: Set<Usage>) -> [UInt8] {
    entry(OID.keyUsage, isCritical: true, DERWriter.namedBits(Set(usage.map(\.rawValue))))
  }

  /// PolicyInformation without qualifiers: the practice statement is reached through the disclosure statement
  /// (§4.2.1.4, GEN-4.3.3-1, -2).
  static func certificatePolicies(_ oids: [String]) -> [UInt8] {
    entry(
      OID.certificatePolicies,
      DERWriter.sequence(oids.map { DERWriter.sequence(DERWriter.objectIdentifier($0)) }))
  }

  /// Critical. Of a subject the sequence is empty, since cA is FALSE by default (§4.2.1.9).
  ///
  /// - Parameters:
  ///   - isAuthority: whether it may issue certificates.
  ///   - pathLength: authorities that may follow below it; nil for any number.
  static func basicConstraints(isAuthority: Bool, pathLength: UInt64? = nil) -> [UInt8] {
    var parts: [[UInt8]] = isAuthority ? [DERWriter.boolean(true)] : []
    if let pathLength { parts.append(DERWriter.integer(pathLength)) }
    return entry(OID.basicConstraints, isCritical: true, DERWriter.sequence(parts))
  }

  /// One place, by fullName with one URI (§4.2.1.13, GEN-4.3.11-1, -4).
  static func cRLDistributionPoint(_ uri: String) -> [UInt8] {
    let fullName = DERWriter.explicit(0, DERWriter.explicit(0, resourceIdentifier(uri)))
    return entry(OID.cRLDistributionPoints, DERWriter.sequence(DERWriter.sequence(fullName)))
  }

  /// The issuer's certificate, and who answers about the status (§4.2.2.1, GEN-4.4.1-2, -3).
  static func authorityInformationAccess(caIssuers: String, ocsp: String?) -> [UInt8] {
    var places = [description(OID.caIssuersAccess, caIssuers)]
    if let ocsp { places.append(description(OID.ocspAccess, ocsp)) }
    return entry(OID.authorityInformationAccess, DERWriter.sequence(places))
  }

  /// §4.2.1.12, not critical (GEN-4.3.10-1).
  static func extendedKeyUsage(_ purposes: [String]) -> [UInt8] {
    entry(OID.extendedKeyUsage, DERWriter.sequence(purposes.map(DERWriter.objectIdentifier)))
  }

  /// An extension that says all by being there: validityAssured-ST, noRevAvail, id-pkix-ocsp-nocheck.
  static func flag(_ oid: String) -> [UInt8] { entry(oid, DERWriter.null) }

  private static func description(_ method: String, _ uri: String) -> [UInt8] {
    DERWriter.sequence(DERWriter.objectIdentifier(method), resourceIdentifier(uri))
  }

  /// GeneralName uniformResourceIdentifier (§4.2.1.6).
  static func resourceIdentifier(_ uri: String) -> [UInt8] { DERWriter.implicit(6, Array(uri.utf8)) }
}
