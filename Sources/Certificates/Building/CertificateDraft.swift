public import Vocabulary

/// A subject's certificate that is about to be signed: what its profile leaves open, filled in.
///
/// It writes what it is given. Whether that may be signed is said by `Lint`, which reads the octets.
public struct CertificateDraft: Sendable {
  public let profile: CertificateProfile
  public let issuer: IssuerFacts
  public let serial: CertificateSerial
  /// The first and the last second of its validity.
  public let notBefore, notAfter: UnixTime
  public let subject: SubjectName
  public let key: SubjectPublicKey
  /// How the subject was identified; written if the profile says so.
  public let identification: IdentificationMethod?

  public init(
    profile: CertificateProfile, issuer: IssuerFacts, serial: CertificateSerial, notBefore: UnixTime,
    notAfter: UnixTime, subject: SubjectName, key: SubjectPublicKey, identification: IdentificationMethod? = nil
  ) {
    (self.profile, self.issuer, self.serial, self.subject, self.key) = (profile, issuer, serial, subject, key)
    (self.notBefore, self.notAfter, self.identification) = (notBefore, notAfter, identification)
  }

  /// TBSCertificate, DER (RFC 5280 §4.1).
  public var toBeSigned: [UInt8] {
    TBSWriter.write(
      serial: serial, algorithm: issuer.algorithm, issuer: issuer.subject, notBefore: notBefore, notAfter: notAfter,
      subject: subject.der, key: key, extensions: profile.extensions.map(written))
  }

  private func written(_ kind: ProfileExtension) -> [UInt8] {
    switch kind {
    case .authorityKeyIdentifier: ExtensionWriter.authorityKeyIdentifier(issuer.keyIdentifier)
    case .subjectKeyIdentifier: ExtensionWriter.subjectKeyIdentifier(key.identifier)
    case .basicConstraints: ExtensionWriter.basicConstraints(isAuthority: false)
    case .keyUsage: ExtensionWriter.keyUsage([.contentCommitment])
    case .certificatePolicies: ExtensionWriter.certificatePolicies(profile.policies(under: issuer.policyArc))
    case .cRLDistributionPoints: ExtensionWriter.cRLDistributionPoint(issuer.listAddress(of: serial))
    case .authorityInformationAccess:
      ExtensionWriter.authorityInformationAccess(
        caIssuers: issuer.certificateAddress, ocsp: profile.status.hasOCSP ? issuer.statusAddress : nil)
    case .qualifiedStatements:
      ExtensionWriter.entry(OID.qualifiedStatements, DERWriter.sequence(statements.map(\.der)))
    case .validityAssured, .noRevocationAvailable: ExtensionWriter.flag(kind.oid)
    }
  }

  private var statements: [QualifiedStatement] {
    profile.qualifiedStatements(disclosures: issuer.disclosures, identification: identification)
  }
}
