public import Vocabulary

/// Certificate of an authority that is about to be signed: a root by itself, and what a root or an issuing authority
/// signs.
///
/// The names are those of legal persons with an organizationIdentifier (EN 319 412-2 clause 4.2.3.1); certificates of
/// authorities are by EN 319 411-1 clause 6.6.1 and RFC 5280.
public struct AuthorityDraft: Sendable {
  public enum Role: Sendable, Equatable {
    /// The trust anchor, which signs itself.
    case root
    /// Signs certificates of subjects and lists of what is revoked; no authority is below it.
    case issuing
    /// Signs answers about the status of what its issuer issued (RFC 6960 §4.2.2.2).
    case responder(policy: String)
  }

  public let role: Role
  public let serial: CertificateSerial
  /// DER of the name; see `SubjectName.organisation`.
  public let subject: [UInt8]
  public let key: SubjectPublicKey
  /// Nil for a root. An issuing authority is issued to by the root, a responder by its issuing authority.
  public let issuer: IssuerFacts?
  public let notBefore, notAfter: UnixTime
  /// The algorithm of the key that signs.
  public let algorithm: CertificateAlgorithm

  /// - Returns: nil for a root with an issuer, or another one without; an issuing authority that no root issues to, or
  ///   a responder of a root; the issuer's own name; a validity that has no length or exceeds the issuer's; the name
  ///   of a person; a policy that is no object identifier; a root whose key signs no certificates.
  public init?(
    _ role: Role, serial: CertificateSerial, subject: SubjectName, key: SubjectPublicKey, issuer: IssuerFacts?,
    notBefore: UnixTime, notAfter: UnixTime
  ) {
    guard let algorithm = issuer?.algorithm ?? CertificateAlgorithm(key.type), subject.kind == .organisation,
      notBefore < notAfter, Self.isIssued(role, by: issuer)
    else { return nil }
    if let issuer {
      guard subject.der != issuer.subject, issuer.notBefore <= notBefore, notAfter <= issuer.notAfter else {
        return nil
      }
    }
    (self.role, self.serial, self.subject, self.key, self.issuer) = (role, serial, subject.der, key, issuer)
    (self.notBefore, self.notAfter, self.algorithm) = (notBefore, notAfter, algorithm)
  }

  private static func isIssued(_ role: Role, by issuer: IssuerFacts?) -> Bool {
    switch role {
    case .root: issuer == nil
    case .issuing: issuer?.isRoot ?? false
    case .responder(let policy):
      issuer?.isRoot == false && policy.utf8.count <= 128 && DERWriter.content(ofObjectIdentifier: policy) != nil
    }
  }

  /// TBSCertificate, DER.
  public var toBeSigned: [UInt8] {
    TBSWriter.write(
      serial: serial, algorithm: algorithm, issuer: issuer?.subject ?? subject, notBefore: notBefore,
      notAfter: notAfter, subject: subject, key: key, extensions: keyIdentifiers + ownExtensions + addresses)
  }

  private var keyIdentifiers: [[UInt8]] {
    [
      ExtensionWriter.authorityKeyIdentifier(issuer?.keyIdentifier ?? key.identifier),
      ExtensionWriter.subjectKeyIdentifier(key.identifier),
    ]
  }

  private var ownExtensions: [[UInt8]] {
    switch role {
    case .root:
      [
        ExtensionWriter.basicConstraints(isAuthority: true), ExtensionWriter.keyUsage([.keyCertSign, .cRLSign]),
      ]
    case .issuing:
      [
        ExtensionWriter.basicConstraints(isAuthority: true, pathLength: 0),
        ExtensionWriter.keyUsage([.keyCertSign, .cRLSign]),
        // Without it no path is valid for a policy that a verifier asks for (RFC 5280 §6.1).
        ExtensionWriter.certificatePolicies([OID.anyPolicy]),
      ]
    case .responder(let policy):
      [
        ExtensionWriter.basicConstraints(isAuthority: false), ExtensionWriter.keyUsage([.digitalSignature]),
        ExtensionWriter.extendedKeyUsage([OID.ocspSigning]), ExtensionWriter.certificatePolicies([policy]),
        // EN 319 411-1 CSS-6.6.3-01A.
        ExtensionWriter.flag(OID.ocspNoCheck),
      ]
    }
  }

  /// Of the responder only the issuer's certificate: its own status is not asked for (EN 319 411-1 CSS-6.6.3-01B).
  private var addresses: [[UInt8]] {
    guard let issuer else { return [] }
    let access = ExtensionWriter.authorityInformationAccess(caIssuers: issuer.certificateAddress, ocsp: nil)
    guard role == .issuing else { return [access] }
    return [ExtensionWriter.cRLDistributionPoint(issuer.wholeListAddress), access]
  }
}

extension IssuerFacts {
  /// Where a root's list is, which is not divided.
  public var wholeListAddress: String { "http://\(publicHost)/\(id).crl" }

  /// An authority as those see it whom it issues to.
  ///
  /// - Parameter draft: its own certificate. Nil for a responder, which issues to no one.
  public init?(
    _ draft: AuthorityDraft, id: String, publicHost: String, policyArc: String, disclosures: [DisclosureStatement],
    shards: Int
  ) {
    guard draft.role == .root || draft.role == .issuing, let algorithm = CertificateAlgorithm(draft.key.type) else {
      return nil
    }
    self.init(
      id: id, subject: draft.subject, keyIdentifier: draft.key.identifier, algorithm: algorithm,
      notBefore: draft.notBefore, notAfter: draft.notAfter, publicHost: publicHost, policyArc: policyArc,
      disclosures: disclosures, shards: shards, isRoot: draft.role == .root)
  }
}
