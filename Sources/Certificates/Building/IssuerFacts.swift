public import Vocabulary

/// An authority as those see it whom it issues to: its name and key as in its own certificate, and where its files are.
public struct IssuerFacts: Sendable {
  /// Short name, which stands in addresses: `g1` in `http://pki.example.org/g1.cer`. Small letters, digits and hyphens.
  public let id: String
  /// The subject of its certificate, DER. It is copied octet for octet (RFC 5280 §4.1.2.4).
  public let subject: [UInt8]
  /// The subject key identifier of its certificate.
  public let keyIdentifier: [UInt8]
  public let algorithm: CertificateAlgorithm
  /// Validity of its certificate; both are inside of it.
  public let notBefore, notAfter: UnixTime
  /// Name of the host that serves its files over http, for as long as a certificate lasts.
  public let publicHost: String
  /// The provider's arc, under which its own policies have their numbers. Dotted decimal text.
  public let policyArc: String
  /// Disclosure statements in their languages.
  public let disclosures: [DisclosureStatement]
  /// Parts into which its revocation list is divided, 1 to 256.
  public let shards: Int

  /// Whether it is a root, which issues to authorities; another one issues to subjects and to its responder.
  public let isRoot: Bool

  /// - Returns: nil if an address or a policy could not be written: a short name or host that is none, an arc that is
  ///   no object identifier or has more than 64 characters, a disclosure statement without https or a language, or
  ///   another number of parts than 1 to 256.
  public init?(
    id: String, subject: [UInt8], keyIdentifier: [UInt8], algorithm: CertificateAlgorithm, notBefore: UnixTime,
    notAfter: UnixTime, publicHost: String, policyArc: String, disclosures: [DisclosureStatement], shards: Int,
    isRoot: Bool = false
  ) {
    guard WebAddress.isShortName(id), WebAddress.isHost(publicHost), (1...256).contains(shards),
      policyArc.utf8.count <= 64, DERWriter.content(ofObjectIdentifier: policyArc) != nil,
      disclosures.allSatisfy(\.isWhole)
    else { return nil }
    self.isRoot = isRoot
    (self.id, self.subject, self.keyIdentifier, self.algorithm) = (id, subject, keyIdentifier, algorithm)
    (self.notBefore, self.notAfter, self.publicHost) = (notBefore, notAfter, publicHost)
    (self.policyArc, self.disclosures, self.shards) = (policyArc, disclosures, shards)
  }

  /// Where its certificate is, in DER (caIssuers).
  public var certificateAddress: String { "http://\(publicHost)/\(id).cer" }
  /// Where its revocation list is that a certificate with this number is on.
  public func listAddress(of serial: CertificateSerial) -> String { listAddress(shard: serial.shard(of: shards)) }
  public func listAddress(shard: Int) -> String { "http://\(publicHost)/\(id)-\(shard).crl" }
  /// Where status is asked for.
  public var statusAddress: String { "http://\(publicHost)/ocsp" }
}

/// The number of a certificate: 16 octets, of which the first two bits are 01, so that it is positive and always as
/// long (RFC 5280 §4.1.2.2), and 126 are random (EN 319 411-1 GEN-6.3.3-02A).
public struct CertificateSerial: Sendable, Hashable {
  /// The content of the INTEGER.
  public let octets: [UInt8]

  static let count = 16

  /// - Parameter random: 16 octets of the caller's. Nil for another number of them.
  public init?(random: [UInt8]) {
    guard random.count == Self.count else { return nil }
    octets = [random[0] & 0x3F | 0x40] + random.dropFirst()
  }

  /// Part of the revocation list, fixed when the certificate is issued.
  public func shard(of shards: Int) -> Int { Int(octets[Self.count - 1]) % max(1, shards) }
}
