internal import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986), signed by the key in the device.
public enum CertificationRequest {
  /// - Parameter subject: attribute types and values, most significant first.
  /// - Returns: PEM.
  public static func pem(
    keys: DeviceKeys, keyLabel: String, subject: [(type: String, value: String)]
  ) throws -> String {
    ERR_clear_error()
    let request = try nonNil(X509_REQ_new(), "certification request")
    defer { X509_REQ_free(request) }
    let name = X509_REQ_get_subject_name(request)
    for (type, value) in subject {
      let bytes = Array(value.utf8)
      try check(
        X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0), "name \(type)")
    }
    try keys.use { key in
      try check(X509_REQ_set_pubkey(request, key(keyLabel)), "public key")
      try check(X509_REQ_sign(request, key(keyLabel), EVP_sha256()), "cannot sign a certification request")
    }
    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    try check(PEM_write_bio_X509_REQ(bio, request), "cannot write a certification request")
    return text(of: bio)
  }
}
