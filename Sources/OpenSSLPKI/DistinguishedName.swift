internal import COpenSSL

/// The text of a name in a certificate: RFC 4514 §2, most specific part first, in UTF-8.
enum DistinguishedName {
  /// The short names that every reader must know (§3). More are registered (RFC 4519), and readers do not agree about
  /// them: of `sn` and `surname`, the JDK knows the one and .NET the other, pyca's parser neither.
  private static let shortNames: [Int32: String] = [
    NID_commonName: "CN", NID_localityName: "L", NID_stateOrProvinceName: "ST", NID_organizationName: "O",
    NID_organizationalUnitName: "OU", NID_countryName: "C", NID_streetAddress: "STREET", NID_domainComponent: "DC",
    NID_userId: "UID",
  ]

  /// - Parameter name: an X509_NAME.
  static func text(of name: OpaquePointer?) throws -> String {
    var text = ""
    var set: Int32?
    for index in stride(from: X509_NAME_entry_count(name) - 1, through: 0, by: -1) {
      let entry = X509_NAME_get_entry(name, index)
      // Entries of one set are one relative name of several values.
      if let set { text += set == X509_NAME_ENTRY_set(entry) ? "+" : "," }
      set = X509_NAME_ENTRY_set(entry)
      text += try Self.text(ofEntry: entry)
    }
    return text
  }

  private static func text(ofEntry entry: OpaquePointer?) throws -> String {
    let type = X509_NAME_ENTRY_get_object(entry)
    let value = X509_NAME_ENTRY_get_data(entry)
    guard let name = shortNames[OBJ_obj2nid(type)] else {
      // §2.4: a dotted type has its value in hexadecimal, DER.
      return try dotted(type) + "=" + string(value, UInt(ASN1_STRFLGS_DUMP_ALL))
    }
    // So has a named type whose value is no character string.
    return try name + "=" + string(value, UInt(ASN1_STRFLGS_DUMP_UNKNOWN))
  }

  private static func string(_ value: UnsafePointer<ASN1_STRING>?, _ dumped: UInt) throws -> String {
    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    // Without ESC_MSB, letters beyond ASCII stay as they are.
    let flags =
      UInt(ASN1_STRFLGS_ESC_2253) | UInt(ASN1_STRFLGS_ESC_CTRL) | UInt(ASN1_STRFLGS_UTF8_CONVERT)
      | UInt(ASN1_STRFLGS_DUMP_DER) | dumped
    // An empty value has length 0.
    guard ASN1_STRING_print_ex(bio, value, flags) >= 0 else { throw OpenSSLError("a name that cannot be printed") }
    return OpenSSLPKI.text(of: bio)
  }

  private static func dotted(_ type: OpaquePointer?) throws -> String {
    let length = OBJ_obj2txt(nil, 0, type, 1)
    try check(length, "an attribute type")
    var text = [CChar](repeating: 0, count: Int(length) + 1)
    OBJ_obj2txt(&text, length + 1, type, 1)
    return String(decoding: text.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
