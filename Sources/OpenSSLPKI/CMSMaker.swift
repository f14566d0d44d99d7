internal import COpenSSL
public import DocumentSigning
internal import SwiftASN1
internal import Vocabulary

/// CMS SignedData with OpenSSL, around a signature that the device made: OpenSSL gets the public key only, and is never
/// asked to sign.
public struct CMSMaker: CMSBuilder {
  public init() {}

  public func signedAttributes(_ attributes: CMSAttributes) throws -> [UInt8] {
    ERR_clear_error()
    return try SignedAttributes.encode(attributes)
  }

  public func signedData(_ signature: CMSSignature) throws -> [UInt8] {
    ERR_clear_error()
    let cms: Message
    switch signature.content {
    case .detached: cms = try Message(content: nil)
    case .attached(let content): cms = try Message(content: content)
    }
    let certificates = try signature.certificates.map { try X509Certificate(der: $0) }
    guard let own = certificates.first else { throw OpenSSLError("no certificate") }
    for certificate in certificates { try cms.add(certificate) }

    let signer = try cms.addSigner(own, signature.algorithm.hash)
    try SignedAttributes.forEach(in: signature.signedAttributes) {
      try check(CMS_signed_add1_attr(signer, $0), "signed attribute")
    }
    try Self.set(signature.algorithm, of: signer)
    try check(
      ASN1_STRING_set(
        CMS_SignerInfo_get0_signature(signer), signature.signature, Int32(signature.signature.count)), "signature")
    try verify(signer, says: signature.messageDigest)
    if let token = signature.timestamp {
      let attribute = try SignedAttributes.read(SignedAttributes.signatureTimestamp(token))
      defer { X509_ATTRIBUTE_free(attribute) }
      try check(CMS_unsigned_add1_attr(signer, attribute), "time-stamp")
    }
    return try encoded("CMS") { i2d_CMS_ContentInfo(cms.pointer, $0) }
  }

  public func signerInfo(_ signature: CMSSignature) throws -> [UInt8] {
    // ContentInfo, SignedData; its last element is the SET OF SignerInfo (RFC 5652 §5.1).
    let message = try DER.parse(try signedData(signature))
    guard let signed = message.elements?.last?.elements?.first, let infos = signed.elements?.last,
      infos.identifier == .set, let info = infos.elements?.first, infos.elements?.count == 1
    else { throw OpenSSLError("no SignerInfo") }
    return Array(info.encodedBytes)
  }

  /// The signature is over these attributes by this certificate's key, and they name this content.
  private func verify(_ signer: OpaquePointer, says digest: [UInt8]) throws {
    try check(CMS_SignerInfo_verify(signer), "the signature does not verify")
    let value = CMS_signed_get0_data_by_OBJ(
      signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING)
    guard let string = value?.assumingMemoryBound(to: ASN1_OCTET_STRING.self),
      UnsafeBufferPointer(start: string.pointee.data, count: Int(string.pointee.length)).elementsEqual(digest)
    else { throw OpenSSLError("the attributes are about another content") }
  }

  // MARK: Algorithms

  private static func set(_ algorithm: SignatureAlgorithm, of signer: OpaquePointer) throws {
    var identifier: UnsafeMutablePointer<X509_ALGOR>?
    CMS_SignerInfo_get0_algs(signer, nil, nil, nil, &identifier)
    switch algorithm {
    case .rsaPKCS1(let hash):
      try check(X509_ALGOR_set0(identifier, OBJ_nid2obj(hash.rsaNID), V_ASN1_NULL, nil), "algorithm")
    case .ecdsa(let hash):
      try check(X509_ALGOR_set0(identifier, OBJ_nid2obj(hash.ecdsaNID), V_ASN1_UNDEF, nil), "algorithm")
    case .rsaPSS(let hash, let mask, let salt):
      let der = try PSSParameters(hash: hash, maskGenerationHash: mask, saltLength: salt).der()
      let string = try nonNil(ASN1_STRING_new(), "memory")
      guard ASN1_STRING_set(string, der, Int32(der.count)) > 0,
        X509_ALGOR_set0(identifier, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, string) > 0
      else {
        ASN1_STRING_free(string)
        throw OpenSSLError("algorithm")
      }
    }
  }
}

/// A ContentInfo with SignedData, owned by Swift.
private final class Message {
  let pointer: OpaquePointer

  /// A new one.
  ///
  /// - Parameter content: nil if it stays outside.
  init(content: [UInt8]?) throws {
    let flags = UInt32(CMS_PARTIAL | CMS_BINARY) | UInt32(content == nil ? CMS_DETACHED : 0)
    pointer = try nonNil(CMS_sign(nil, nil, nil, nil, flags), "CMS")
    guard let content else { return }
    guard let place = CMS_get0_content(pointer)?.pointee else { throw OpenSSLError("content") }
    try check(ASN1_STRING_set(place, content, Int32(content.count)), "content")
    // The mark that the content is yet to come.
    place.pointee.flags &= ~Int(ASN1_STRING_FLAG_CONT)
  }

  deinit { CMS_ContentInfo_free(pointer) }

  func add(_ certificate: X509Certificate) throws {
    try check(CMS_add1_cert(pointer, certificate.pointer), "certificate")
  }

  /// A SignerInfo without attributes and signature. The message owns it.
  func addSigner(_ certificate: X509Certificate, _ hash: HashAlgorithm) throws -> OpaquePointer {
    let key = PublicKey(takingOwnership: try nonNil(X509_get_pubkey(certificate.pointer), "public key"))
    return try nonNil(
      CMS_add1_signer(
        pointer, certificate.pointer, key.pointer, hash.evp, UInt32(CMS_PARTIAL | CMS_NOSMIMECAP | CMS_NOCERTS)),
      "signer")
  }
}

extension ASN1Node {
  /// Nil if it has none.
  fileprivate var elements: [ASN1Node]? {
    guard case .constructed(let nodes) = content else { return nil }
    return Array(nodes)
  }
}

extension HashAlgorithm {
  fileprivate var rsaNID: Int32 {
    switch self {
    case .sha256: NID_sha256WithRSAEncryption
    case .sha384: NID_sha384WithRSAEncryption
    case .sha512: NID_sha512WithRSAEncryption
    }
  }

  fileprivate var ecdsaNID: Int32 {
    switch self {
    case .sha256: NID_ecdsa_with_SHA256
    case .sha384: NID_ecdsa_with_SHA384
    case .sha512: NID_ecdsa_with_SHA512
    }
  }
}
