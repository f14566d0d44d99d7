internal import COpenSSL
public import Issuance
internal import Vocabulary

/// The CA's statements on revocation.
extension CertificateAuthority {
  /// The root's CRL and the issuing CA's, DER, of a CA that has revoked nothing.
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

  /// The revocations on an earlier list of the issuing CA; nothing if these octets are none.
  ///
  /// - Parameter life: of the longest certificate, in seconds.
  public func revocations(inList octets: [UInt8], life: Int64) -> [Revocation] {
    guard let list = try? RevocationList(octets), list.isSigned(by: issuing), let name = try? issuingName else {
      return []
    }
    return (try? list.revocations(issuer: name, life: life)) ?? []
  }

  /// The issuing CA's CRL, DER.
  ///
  /// - Parameters: as above.
  public func issuingList(
    of revocations: [Revocation], now: Int64, number: Int64, next seconds: Int64
  ) throws -> [UInt8] {
    try keys.use { key in
      try Self.list(issuing, key(Self.issuingLabel), EVP_sha256(), now, number, seconds, revocations)
    }
  }

  /// An entry of the list. One without a reason has no reason code (RFC 5280 §5.3.1).
  private static func add(_ revocation: Revocation, to list: RevocationList) throws {
    let entry = try nonNil(X509_REVOKED_new(), "entry")
    var isAdded = false
    defer { if !isAdded { X509_REVOKED_free(entry) } }
    var number: OpaquePointer?
    let digits = BN_hex2bn(&number, revocation.serialNumber)
    defer { BN_free(number) }
    guard digits == revocation.serialNumber.utf8.count, digits > 0 else { throw OpenSSLError("no serial number") }
    let serial = try nonNil(BN_to_ASN1_INTEGER(number, nil), "serial number")
    defer { ASN1_INTEGER_free(serial) }
    try check(X509_REVOKED_set_serialNumber(entry, serial), "serial number")
    let time = try nonNil(ASN1_TIME_set(nil, time_t(revocation.time)), "time")
    defer { ASN1_STRING_free(time) }
    try check(X509_REVOKED_set_revocationDate(entry, time), "time")
    if revocation.reason != .unspecified {
      let reason = try nonNil(ASN1_ENUMERATED_new(), "reason")
      defer { ASN1_ENUMERATED_free(reason) }
      try check(ASN1_ENUMERATED_set(reason, Int(revocation.reason.rawValue)), "reason")
      try check(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), "reason")
    }
    try check(X509_CRL_add0_revoked(list.pointer, entry), "entry")
    isAdded = true
  }

  private static func list(
    _ issuer: X509Certificate, _ key: OpaquePointer, _ hash: OpaquePointer?, _ now: Int64, _ number: Int64,
    _ seconds: Int64, _ revocations: [Revocation] = []
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
    for revocation in revocations { try add(revocation, to: list) }
    try check(X509_CRL_sort(list.pointer), "order")
    try check(X509_CRL_sign(list.pointer, key, hash), "cannot sign a CRL")
    return try list.der()
  }
}
