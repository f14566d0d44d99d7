internal import COpenSSL

/// An EVP_PKEY owned by Swift. `@unchecked`: OpenSSL's keys are counted and may be used by many threads for
/// reading.
final class PublicKey: @unchecked Sendable {
  let pointer: OpaquePointer

  init(takingOwnership pointer: OpaquePointer) { self.pointer = pointer }

  /// - Parameter spki: SubjectPublicKeyInfo, DER.
  init(spki: [UInt8]) throws {
    ERR_clear_error()
    pointer = try spki.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return try nonNil(d2i_PUBKEY(nil, &position, bytes.count), "not a public key")
    }
  }

  deinit { EVP_PKEY_free(pointer) }
}
