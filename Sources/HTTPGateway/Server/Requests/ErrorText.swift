/// Text of an error for the log.
enum ErrorText {
  /// Types whose errors describe themselves in fixed words, ids of ours and codes.
  private static let ours: Set<Substring> = [
    "Assembly", "BlockingWork", "DocumentSigning", "Issuance", "OpenIDClient", "OAuth", "OpenSSLPKI", "PKCS11Device",
    "Registry", "SQLiteStore", "SoleControl", "TimestampAuthority",
  ]

  /// Of other errors, which libraries make and which may repeat what they were given, only the type and the case.
  static func of(_ error: any Error) -> String {
    let type = String(reflecting: type(of: error))
    if let module = type.split(separator: ".").first, ours.contains(module) { return "\(error)" }
    let mirror = Mirror(reflecting: error)
    guard mirror.displayStyle == .enum else { return type }
    // A case without values has no children, and its own name is all of its text.
    return "\(type).\(mirror.children.first?.label ?? "\(error)")"
  }
}
