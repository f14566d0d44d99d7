internal import COpenSSL

/// Puts a certificate together and has it signed.
struct CertificateBuilder {
  private let certificate: X509Certificate

  /// - Parameters:
  ///   - serial: 16 random octets; RFC 5280 §4.1.2.2 wants at most 20 and a positive number.
  ///   - notBefore: UTC, seconds since 1970.
  init(serial: [UInt8], publicKey: OpaquePointer, notBefore: Int64, notAfter: Int64) throws {
    ERR_clear_error()
    certificate = X509Certificate(takingOwnership: try nonNil(X509_new(), "certificate"))
    try check(X509_set_version(certificate.pointer, 2), "version")
    let positive = [serial[0] & 0x7f | 0x40] + serial.dropFirst()
    let number = try nonNil(BN_bin2bn(positive, Int32(positive.count), nil), "serial number")
    defer { BN_free(number) }
    _ = try nonNil(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.pointer)), "serial number")
    _ = try nonNil(ASN1_TIME_set(X509_getm_notBefore(certificate.pointer), time_t(notBefore)), "notBefore")
    _ = try nonNil(ASN1_TIME_set(X509_getm_notAfter(certificate.pointer), time_t(notAfter)), "notAfter")
    try check(X509_set_pubkey(certificate.pointer, publicKey), "public key")
  }

  /// Names as attribute types and values, most significant first.
  func subject(_ attributes: [(type: String, value: String)]) throws {
    let name = X509_get_subject_name(certificate.pointer)
    for (type, value) in attributes {
      let bytes = Array(value.utf8)
      try check(
        X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0), "name \(type)")
    }
  }

  /// The issuer's name and the key identifiers; self-signed if `issuer` is nil.
  func issuer(_ issuer: X509Certificate?) throws {
    let issuerPointer = issuer?.pointer ?? certificate.pointer
    try check(X509_set_issuer_name(certificate.pointer, X509_get_subject_name(issuerPointer)), "issuer")
    try add([(NID_subject_key_identifier, "hash")], issuer: issuerPointer)
    if issuer != nil { try add([(NID_authority_key_identifier, "keyid:always")], issuer: issuerPointer) }
  }

  /// Extensions in OpenSSL's configuration syntax.
  func add(_ extensions: [(nid: Int32, value: String)], issuer: OpaquePointer? = nil) throws {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer ?? certificate.pointer, certificate.pointer, nil, nil, 0)
    for (nid, value) in extensions {
      let made = try nonNil(X509V3_EXT_conf_nid(nil, &context, nid, value), "extension \(value)")
      defer { X509_EXTENSION_free(made) }
      try check(X509_add_ext(certificate.pointer, made, -1), "extension \(value)")
    }
  }

  /// The certificate policy (RFC 5280 §4.2.1.4).
  func policy(_ oid: String) throws {
    let policies = try nonNil(CERTIFICATEPOLICIES_new(), "certificate policies")
    defer { CERTIFICATEPOLICIES_free(policies) }
    let information = try nonNil(POLICYINFO_new(), "certificate policy")
    guard OPENSSL_sk_push(policies, information) > 0 else {
      POLICYINFO_free(information)
      throw OpenSSLError("memory")
    }
    // The new one has an undefined identifier, which is none that must be freed.
    information.pointee.policyid = try nonNil(OBJ_txt2obj(oid, 1), "policy \(oid)")
    try check(
      X509_add1_ext_i2d(certificate.pointer, NID_certificate_policies, UnsafeMutableRawPointer(policies), 0, 0),
      "policy \(oid)")
  }

  func signed(with key: OpaquePointer, hash: OpaquePointer?) throws -> X509Certificate {
    try check(X509_sign(certificate.pointer, key, hash), "cannot sign a certificate")
    return certificate
  }
}
