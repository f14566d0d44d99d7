/// The form of an access token, which is sent in a header.
enum BearerToken {
  /// RFC 6750 §2.1 `b64token`: nothing that could end the header line. As large as our own tokens at most.
  static func isGood(_ text: String) -> Bool {
    let end = text.utf8.lastIndex { $0 != UInt8(ascii: "=") }
    guard let end, text.utf8.count <= SignedToken.largest else { return false }
    return text.utf8[...end].allSatisfy { octet in
      switch octet {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._~+/".utf8.contains(octet)
      }
    }
  }
}
