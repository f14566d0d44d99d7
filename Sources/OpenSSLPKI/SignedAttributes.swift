internal import COpenSSL
internal import DocumentSigning
internal import SwiftASN1
internal import Vocabulary

/// Attributes of a CMS signature (RFC 5652 §11, RFC 5035, ETSI EN 319 122-1).
enum SignedAttributes {
  /// `SET OF Attribute`, DER.
  static func encode(_ attributes: CMSAttributes) throws -> [UInt8] {
    var all = [
      try Attribute(OID.contentType, ASN1ObjectIdentifier(dotRepresentation: OID.data).der()),
      try Attribute(OID.messageDigest, ASN1OctetString(contentBytes: attributes.messageDigest[...]).der()),
      try Attribute(OID.signingCertificateV2, reference(to: attributes.certificate, attributes.hash)),
    ]
    if let time = attributes.signingTime { all.append(try Attribute(OID.signingTime, encode(time))) }
    for other in attributes.others { all.append(try Attribute(other.oid, other.value)) }
    var serializer = DER.Serializer()
    try serializer.serializeSetOf(all)
    return serializer.serializedBytes
  }

  /// The unsigned attribute with a time-stamp token over the signature.
  static func signatureTimestamp(_ token: [UInt8]) throws -> [UInt8] {
    try Attribute(OID.signatureTimestamp, token).der()
  }

  /// UTCTime until 2049, as RFC 5652 §11.3 wants it.
  private static func encode(_ time: UnixTime) throws -> [UInt8] {
    let value = try nonNil(ASN1_TIME_set(nil, time_t(time)), "time")
    defer { ASN1_STRING_free(value) }
    return try encoded("time") { i2d_ASN1_TIME(value, $0) }
  }

  /// `SigningCertificateV2` with issuer and serial number.
  private static func reference(to certificate: [UInt8], _ hash: HashAlgorithm) throws -> [UInt8] {
    let certificate = try X509Certificate(der: certificate)
    let reference = try nonNil(
      OSSL_ESS_signing_cert_v2_new_init(hash.evp, certificate.pointer, nil, 1), "signing-certificate-v2")
    defer { ESS_SIGNING_CERT_V2_free(reference) }
    return try encoded("signing-certificate-v2") { i2d_ESS_SIGNING_CERT_V2(reference, $0) }
  }

  /// Runs `body` with each attribute of a `SET OF Attribute`, in its order.
  static func forEach(in set: [UInt8], _ body: (OpaquePointer) throws -> Void) throws {
    try set.withUnsafeBufferPointer { octets in
      var position = octets.baseAddress
      var length = 0
      var tag: Int32 = 0
      var tagClass: Int32 = 0
      let result = ASN1_get_object(&position, &length, &tag, &tagClass, octets.count)
      guard result & 0x80 == 0, tag == V_ASN1_SET, let start = position,
        start + length == octets.baseAddress! + octets.count
      else { throw OpenSSLError("no set of attributes") }
      while let current = position, current < start + length {
        let attribute = try nonNil(
          d2i_X509_ATTRIBUTE(nil, &position, start + length - current), "not an attribute")
        defer { X509_ATTRIBUTE_free(attribute) }
        try body(attribute)
      }
    }
  }

  static func read(_ der: [UInt8]) throws -> OpaquePointer {
    try der.withUnsafeBufferPointer { octets in
      var position = octets.baseAddress
      return try nonNil(d2i_X509_ATTRIBUTE(nil, &position, octets.count), "not an attribute")
    }
  }
}
