internal import COpenSSL
internal import Conformance

/// An X.509 certificate owned by Swift.
final class X509Certificate {
  let pointer: OpaquePointer

  init?(der: [UInt8]) {
    ERR_clear_error()
    let made = der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return d2i_X509(nil, &position, bytes.count)
    }
    guard let made else { return nil }
    pointer = made
  }

  deinit { X509_free(pointer) }

  /// Nil if serial number or validity are none.
  var facts: CertificateFacts? {
    guard let serialNumber, let notBefore = Self.time(X509_get0_notBefore(pointer)),
      let notAfter = Self.time(X509_get0_notAfter(pointer))
    else { return nil }
    let names = (X509_get_subject_name(pointer), X509_get_issuer_name(pointer))
    return CertificateFacts(
      isAuthority: X509_check_ca(pointer) == 1, isSelfIssued: X509_NAME_cmp(names.0, names.1) == 0,
      serialNumber: serialNumber, notBefore: notBefore, notAfter: notAfter, commonName: commonName)
  }

  /// Hexadecimal, upper case.
  private var serialNumber: String? {
    guard let big = ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil) else { return nil }
    defer { BN_free(big) }
    guard let hex = BN_bn2hex(big) else { return nil }
    defer { CRYPTO_free(hex, nil, 0) }
    return String(cString: hex)
  }

  private var commonName: String? {
    let name = X509_get_subject_name(pointer)
    let index = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard index >= 0, let data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let length = ASN1_STRING_to_UTF8(&bytes, data)
    guard length >= 0 else { return nil }
    defer { CRYPTO_free(bytes, nil, 0) }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
  }

  /// Seconds since 1970, UTC.
  private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let epoch = ASN1_TIME_set(nil, 0) else { return nil }
    defer { ASN1_STRING_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) > 0 else { return nil }
    return Int64(days) * 86400 + Int64(seconds)
  }
}
