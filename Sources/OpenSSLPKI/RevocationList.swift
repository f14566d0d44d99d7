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

  /// Whether the issuer has promised a newer one only later than `time`.
  func isCurrent(at time: UnixTime) -> Bool {
    guard let next = X509_CRL_get0_nextUpdate(pointer), let until = try? unixTime(next),
      let since = try? unixTime(X509_CRL_get0_lastUpdate(pointer))
    else { return false }
    return since <= time && time < until
  }

  /// Whether it is a statement of him who issued the certificate, by name and key identifier.
  func covers(_ certificate: X509Certificate) -> Bool {
    guard X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_issuer_name(certificate.pointer)) == 0 else {
      return false
    }
    guard let named = X509_get0_authority_key_id(certificate.pointer), let own = keyIdentifier() else { return true }
    return own.elementsEqual(UnsafeBufferPointer(start: named.pointee.data, count: Int(named.pointee.length)))
  }

  private func keyIdentifier() -> [UInt8]? {
    guard
      let extensionValue = X509_CRL_get_ext_d2i(pointer, NID_authority_key_identifier, nil, nil)?
        .assumingMemoryBound(to: AUTHORITY_KEYID.self)
    else { return nil }
    defer { AUTHORITY_KEYID_free(extensionValue) }
    guard let identifier = extensionValue.pointee.keyid else { return nil }
    return Array(UnsafeBufferPointer(start: identifier.pointee.data, count: Int(identifier.pointee.length)))
  }
}
