internal import COpenSSL
internal import Vocabulary

/// A certificate revocation list (RFC 5280 §5) owned by Swift. `@unchecked`: it is only read once made.
final class RevocationList: @unchecked Sendable {
  let pointer: OpaquePointer

  init(takingOwnership pointer: OpaquePointer) { self.pointer = pointer }

  /// Reads PEM or DER.
  init(_ octets: [UInt8]) throws {
    ERR_clear_error()
    let bio = try nonNil(BIO_new_mem_buf(octets, Int32(octets.count)), "memory")
    defer { BIO_free(bio) }
    if octets.starts(with: Array("-----BEGIN".utf8)) {
      pointer = try nonNil(PEM_read_bio_X509_CRL(bio, nil, nil, nil), "not a CRL, PEM")
    } else {
      pointer = try nonNil(d2i_X509_CRL_bio(bio, nil), "not a CRL, DER")
    }
  }

  deinit { X509_CRL_free(pointer) }

  func der() throws -> [UInt8] { try encoded("CRL") { i2d_X509_CRL(pointer, $0) } }

  /// Whether a certificate is on it; nil if the list does not count for it.
  ///
  /// OpenSSL decides whether it counts (RFC 5280 §6.3.3): by signature, time, kind (no delta, no indirect list), scope
  /// and reasons, and by whether all its critical extensions are known.
  func names(_ certificate: X509Certificate, issuedBy issuer: X509Certificate, at time: UnixTime) -> Bool? {
    defer { ERR_clear_error() }
    // A delta CRL says nothing of certificates that did not change. OpenSSL's versions differ in which of them they
    // see: some pass one whose indicator cannot be decoded.
    guard X509_CRL_get_ext_by_NID(pointer, NID_delta_crl, -1) < 0 else { return nil }
    // OpenSSL takes a list that never ends.
    guard X509_CRL_get0_nextUpdate(pointer) != nil, let store = X509_STORE_new() else { return nil }
    defer { X509_STORE_free(store) }
    guard X509_STORE_add_cert(store, issuer.pointer) == 1, X509_STORE_add_crl(store, pointer) == 1,
      let context = X509_STORE_CTX_new()
    else { return nil }
    defer { X509_STORE_CTX_free(context) }
    guard X509_STORE_CTX_init(context, store, certificate.pointer, nil) == 1,
      let parameters = X509_STORE_CTX_get0_param(context)
    else { return nil }
    // Whether the issuer itself is good is another question.
    let flags = UInt(X509_V_FLAG_CRL_CHECK) | UInt(X509_V_FLAG_PARTIAL_CHAIN)
    guard X509_VERIFY_PARAM_set_flags(parameters, flags) == 1 else { return nil }
    X509_VERIFY_PARAM_set_time(parameters, time_t(time))
    guard X509_verify_cert(context) == 1 || X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_REVOKED else {
      return nil
    }
    // OpenSSL lets an entry pass that says "removed from the list"; on a whole list there is no such thing.
    return X509_CRL_get0_by_cert(pointer, nil, certificate.pointer) != 0
  }

  func isNewer(than other: RevocationList?) -> Bool {
    guard let other else { return true }
    return ASN1_TIME_compare(X509_CRL_get0_lastUpdate(pointer), X509_CRL_get0_lastUpdate(other.pointer)) > 0
  }
}
