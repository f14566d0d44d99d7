internal import Vocabulary

/// The certificate that a question is about: `CertID` (RFC 6960 §4.1.1).
///
/// Two are equal if they name the same certificate by the same function, however the question was written.
public struct CertificateIdentifier: Sendable, Hashable {
  /// Octets of a serial number, at most (RFC 5280 §4.1.2.2).
  public static let longestSerialNumber = 20

  public let hash: StatusHash
  /// Digests of the issuer's name, DER, and of its public key without tag, length and unused bits.
  public let issuerNameHash, issuerKeyHash: [UInt8]
  /// Two's complement, big endian, without octets that say nothing (X.690 §8.3). No certificate has a negative one.
  public let serialNumber: [UInt8]
  /// DER. An answer repeats it, as clients compare it with what they asked.
  public let octets: [UInt8]

  /// - Parameter serialNumber: as above; nil is returned if it is no number or too long.
  init?(_ hash: StatusHash, issuerNameHash: [UInt8], issuerKeyHash: [UInt8], serialNumber: [UInt8]) {
    guard Self.isNumber(serialNumber[...]) else { return nil }
    self.hash = hash
    self.issuerNameHash = issuerNameHash
    self.issuerKeyHash = issuerKeyHash
    self.serialNumber = serialNumber
    octets = DERWriter.sequence([
      DERWriter.sequence([DERWriter.objectIdentifier(hash.oid), DERWriter.null]),
      DERWriter.octetString(issuerNameHash), DERWriter.octetString(issuerKeyHash),
      DERWriter.element(DERTag.integer, serialNumber),
    ])
  }

  /// Reads the next value.
  ///
  /// - Throws: `unauthorized` for a hash function that is not ours: no issuer can be told from it.
  init(_ reader: inout StatusReader) throws(StatusRefusal) {
    let content = try reader.value(DERTag.sequence)
    var parts = StatusReader(content)
    var algorithm = try parts.inside(DERTag.sequence)
    let name = try algorithm.objectIdentifier()
    issuerNameHash = Array(try parts.value(DERTag.octetString))
    issuerKeyHash = Array(try parts.value(DERTag.octetString))
    let serial = try parts.only(DERTag.integer)
    guard Self.isNumber(serial) else { throw .malformedRequest }
    serialNumber = Array(serial)
    let oid = OID.text(ofContent: name)
    guard let hash = StatusHash.allCases.first(where: { $0.oid == oid }) else { throw .unauthorized }
    // Parameters are NULL or left out (RFC 4055 §2.1, RFC 5754 §2).
    if !algorithm.isAtEnd {
      guard try algorithm.only(DERTag.null).isEmpty else { throw .malformedRequest }
    }
    guard issuerNameHash.count == hash.digestLength, issuerKeyHash.count == hash.digestLength else {
      throw .malformedRequest
    }
    self.hash = hash
    octets = DERWriter.sequence([Array(content)])
  }

  public static func == (one: CertificateIdentifier, other: CertificateIdentifier) -> Bool {
    one.hash == other.hash && one.serialNumber == other.serialNumber && one.issuerNameHash == other.issuerNameHash
      && one.issuerKeyHash == other.issuerKeyHash
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.hash.rawValue)
    hasher.combine(serialNumber)
    hasher.combine(issuerNameHash)
    hasher.combine(issuerKeyHash)
  }

  /// Whether these are the octets of an INTEGER that a certificate could have, but for its sign.
  private static func isNumber(_ octets: ArraySlice<UInt8>) -> Bool {
    guard let first = octets.first, octets.count <= longestSerialNumber else { return false }
    guard octets.count > 1 else { return true }
    let second = octets[octets.startIndex + 1]
    return !(first == 0 && second < 0x80) && !(first == 0xff && second >= 0x80)
  }
}

/// An issuer as questions name it. Its digests are made once.
public struct StatusIssuer: Sendable, Equatable {
  private let nameHashes, keyHashes: [StatusHash: [UInt8]]

  /// - Parameters:
  ///   - name: DER of its certificate's subject.
  ///   - publicKey: content of the BIT STRING of its `subjectPublicKeyInfo`, without the octet that counts unused bits.
  public init(name: [UInt8], publicKey: [UInt8]) {
    func digests(_ octets: [UInt8]) -> [StatusHash: [UInt8]] {
      Dictionary(uniqueKeysWithValues: StatusHash.allCases.map { ($0, $0.digest(octets)) })
    }
    nameHashes = digests(name)
    keyHashes = digests(publicKey)
  }

  /// Whether a question is about a certificate of this issuer. Both digests count, as two issuers can share a name.
  public func isIssuer(of certificate: CertificateIdentifier) -> Bool {
    nameHashes[certificate.hash] == certificate.issuerNameHash
      && keyHashes[certificate.hash] == certificate.issuerKeyHash
  }

  /// The identifier that clients ask with for one of its certificates: for answers that are made ahead.
  ///
  /// - Parameter serialNumber: two's complement, big endian, 1 to 20 octets.
  /// - Returns: nil if it is no such number.
  public func identifier(of serialNumber: [UInt8], hash: StatusHash) -> CertificateIdentifier? {
    guard let name = nameHashes[hash], let key = keyHashes[hash] else { return nil }
    return CertificateIdentifier(hash, issuerNameHash: name, issuerKeyHash: key, serialNumber: serialNumber)
  }
}
