public import Vocabulary

/// Makes CMS SignedData (RFC 5652) around a signature that is made elsewhere. Called by a `DocumentWorker` only,
/// because a document can have many octets.
public protocol CMSBuilder: Sendable {
  /// The attributes to be signed.
  ///
  /// - Returns: `SET OF Attribute`, DER: the octets whose digest is signed (RFC 5652 §5.4).
  func signedAttributes(_ attributes: CMSAttributes) throws -> [UInt8]

  /// SignedData with one signature; verified before it is returned.
  func signedData(_ signature: CMSSignature) throws -> [UInt8]

  /// The SignerInfo of a signature, for another SignedData; verified before it is returned. No certificates are in it.
  func signerInfo(_ signature: CMSSignature) throws -> [UInt8]
}

/// Content of the signed attributes. `content-type` is always `id-data`.
public struct CMSAttributes: Sendable {
  /// Of the content.
  public let messageDigest: [UInt8]
  public let hash: HashAlgorithm
  /// The signer's, for the ESS signing-certificate-v2 attribute. DER.
  public let certificate: [UInt8]
  /// Nil for none.
  public let signingTime: UnixTime?
  /// Further ones: types as dotted OIDs, and one DER value each.
  public let others: [(oid: String, value: [UInt8])]

  public init(
    messageDigest: [UInt8], hash: HashAlgorithm, certificate: [UInt8], signingTime: UnixTime?,
    others: [(oid: String, value: [UInt8])]
  ) {
    self.messageDigest = messageDigest
    self.hash = hash
    self.certificate = certificate
    self.signingTime = signingTime
    self.others = others
  }
}

public struct CMSSignature: Sendable {
  /// As `signedAttributes` returned them.
  public let signedAttributes: [UInt8]
  /// Digest that they must have of the content.
  public let messageDigest: [UInt8]
  /// RSA as big-endian octets, ECDSA as DER.
  public let signature: [UInt8]
  public let algorithm: SignatureAlgorithm
  /// DER, the signer's first. All of them are put in.
  public let certificates: [[UInt8]]
  /// A time-stamp token over the signature, DER.
  public let timestamp: [UInt8]?
  public let content: Content

  public enum Content: Sendable {
    case detached
    case attached([UInt8])
  }

  public init(
    signedAttributes: [UInt8], messageDigest: [UInt8], signature: [UInt8], algorithm: SignatureAlgorithm,
    certificates: [[UInt8]], timestamp: [UInt8]?, content: Content
  ) {
    self.signedAttributes = signedAttributes
    self.messageDigest = messageDigest
    self.signature = signature
    self.algorithm = algorithm
    self.certificates = certificates
    self.timestamp = timestamp
    self.content = content
  }
}
