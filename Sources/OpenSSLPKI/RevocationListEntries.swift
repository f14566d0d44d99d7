internal import COpenSSL
internal import Issuance
internal import SoleControl
internal import Vocabulary

extension RevocationList {
  /// Whether the holder of this certificate's key signed it, in this name.
  func isSigned(by issuer: X509Certificate) -> Bool {
    guard X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_subject_name(issuer.pointer)) == 0,
      let key = X509_get0_pubkey(issuer.pointer)
    else { return false }
    defer { ERR_clear_error() }
    return X509_CRL_verify(pointer, key) == 1
  }

  /// The list's entries: number, time and reason of each revocation. The list does not say when the certificates end.
  ///
  /// - Parameter life: of the longest certificate, in seconds; no certificate ends later than that after its
  ///   revocation.
  func revocations(issuer: String, life: UnixTime) throws -> [Revocation] {
    guard let stack = X509_CRL_get_REVOKED(pointer) else { return [] }
    return try (0..<OPENSSL_sk_num(stack)).map { index in
      let entry = OpaquePointer(OPENSSL_sk_value(stack, index))
      let time = try unixTime(X509_REVOKED_get0_revocationDate(entry))
      return Revocation(
        issuer: issuer, serialNumber: try Certificate.serialNumber(X509_REVOKED_get0_serialNumber(entry)),
        time: time, expires: time + life, reason: Self.reason(of: entry))
    }
  }

  /// An entry without a number, or with one that RFC 5280 does not have, gives no reason.
  private static func reason(of entry: OpaquePointer?) -> RevocationReason {
    guard
      let value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nil, nil)?
        .assumingMemoryBound(to: ASN1_ENUMERATED.self)
    else { return .unspecified }
    defer { ASN1_ENUMERATED_free(value) }
    return RevocationReason(rawValue: Int64(ASN1_ENUMERATED_get(value))) ?? .unspecified
  }
}
