internal import COpenSSL
internal import SoleControl

/// The CA's statements on revocation. It has revoked nothing so far.
extension CertificateAuthority {
  /// The root's CRL and the issuing CA's, DER.
  ///
  /// - Parameters:
  ///   - number: grows with each issue (RFC 5280 §5.2.3).
  ///   - seconds: until the next one.
  public func revocationLists(now: Int64, number: Int64, next seconds: Int64) throws -> (
    root: [UInt8], issuing: [UInt8]
  ) {
    try keys.use { key in
      (
        root: try Self.list(root, key(Self.rootLabel), EVP_sha384(), now, number, seconds),
        issuing: try Self.list(issuing, key(Self.issuingLabel), EVP_sha256(), now, number, seconds)
      )
    }
  }

  private static func list(
    _ issuer: X509Certificate, _ key: OpaquePointer, _ hash: OpaquePointer?, _ now: Int64, _ number: Int64,
    _ seconds: Int64
  ) throws -> [UInt8] {
    let list = RevocationList(takingOwnership: try nonNil(X509_CRL_new(), "CRL"))
    try check(X509_CRL_set_version(list.pointer, 1), "version")
    try check(X509_CRL_set_issuer_name(list.pointer, X509_get_subject_name(issuer.pointer)), "issuer")
    for (time, set) in [(now, X509_CRL_set1_lastUpdate), (now + seconds, X509_CRL_set1_nextUpdate)] {
      let value = try nonNil(ASN1_TIME_set(nil, time_t(time)), "time")
      defer { ASN1_STRING_free(value) }
      try check(set(list.pointer, value), "time")
    }
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer.pointer, nil, nil, list.pointer, 0)
    let identifier = try nonNil(
      X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always"), "key identifier")
    defer { X509_EXTENSION_free(identifier) }
    try check(X509_CRL_add_ext(list.pointer, identifier, -1), "key identifier")
    let serial = try nonNil(ASN1_INTEGER_new(), "number")
    defer { ASN1_INTEGER_free(serial) }
    try check(ASN1_INTEGER_set_int64(serial, number), "number")
    try check(X509_CRL_add1_ext_i2d(list.pointer, NID_crl_number, serial, 0, 0), "number")
    try check(X509_CRL_sort(list.pointer), "order")
    try check(X509_CRL_sign(list.pointer, key, hash), "cannot sign a CRL")
    return try list.der()
  }
}
