internal import Octets
internal import Vocabulary

/// A question about certificates: `OCSPRequest` (RFC 6960 §4.1.1), from anybody.
///
/// It is read as DER and nothing else, and its size and each count are bounded before the parts are looked into. A
/// signature and the requestor's name are allowed and not looked at: status is public (RFC 6960 §4.1.2).
public struct StatusRequest: Sendable, Equatable {
  /// Octets of a request.
  public static let longest = 4096
  /// Octets of the text of a request in a path. Clients send those of up to 255 so (RFC 9919 §6), and post longer ones.
  public static let longestText = 2048
  /// Certificates in one request. An answer to several is signed for it alone.
  public static let mostCertificates = 16
  /// Extensions in one place.
  static let mostExtensions = 16
  /// Octets of a nonce (RFC 9654 §2.1).
  public static let nonceLengths = 1...128

  /// 1 to 16, in the order of the request; they may repeat.
  public let certificates: [CertificateIdentifier]
  /// Random octets of the client, which an answer that is made for it repeats.
  public let nonce: [UInt8]?

  /// Reads the body of a POST (RFC 6960 §A.1).
  ///
  /// - Throws: `malformedRequest`, or `unauthorized` for a hash function that is not ours.
  public init(_ octets: [UInt8]) throws(StatusRefusal) {
    guard octets.count <= Self.longest else { throw .malformedRequest }
    var reader = StatusReader(octets[...])
    var request = StatusReader(try reader.only(DERTag.sequence))
    var content = try request.inside(DERTag.sequence)
    if var signature = try request.optional(DERTag.constructedContext(0)).map(StatusReader.init) {
      _ = try signature.only(DERTag.sequence)
    }
    try request.end()
    // Version 1 is the default, which DER leaves out, and there is no other.
    _ = try content.optional(DERTag.constructedContext(1))
    certificates = try Self.certificates(in: content.inside(DERTag.sequence))
    nonce = try Self.nonce(in: content.optional(DERTag.constructedContext(2)))
    try content.end()
  }

  /// Reads the end of the path of a GET (RFC 6960 §A.1): base64, percent-encoded or not, with or without padding.
  ///
  /// - Parameter text: the path after the responder's own and its `/`, as it was sent.
  /// - Throws: as above.
  public init(path text: String) throws(StatusRefusal) {
    guard text.utf8.count <= Self.longestText, let octets = Base64.decode(text) else { throw .malformedRequest }
    try self.init(octets)
  }

  private static func certificates(in list: StatusReader) throws(StatusRefusal) -> [CertificateIdentifier] {
    var (list, certificates) = (list, [CertificateIdentifier]())
    while !list.isAtEnd {
      guard certificates.count < mostCertificates else { throw .malformedRequest }
      var request = try list.inside(DERTag.sequence)
      certificates.append(try CertificateIdentifier(&request))
      // No extension of a single request is known here.
      _ = try known([], in: request.optional(DERTag.constructedContext(0)))
      try request.end()
    }
    guard !certificates.isEmpty else { throw .malformedRequest }
    return certificates
  }

  private static func nonce(in content: ArraySlice<UInt8>?) throws(StatusRefusal) -> [UInt8]? {
    let values = try known([OID.ocspNonce, OID.ocspResponses], in: content)
    if let value = values[OID.ocspResponses] {
      try checkResponses(value)
    }
    guard let value = values[OID.ocspNonce] else { return nil }
    var reader = StatusReader(value)
    let nonce = try reader.only(DERTag.octetString)
    guard nonceLengths.contains(nonce.count) else { throw .malformedRequest }
    return Array(nonce)
  }

  /// The client names the forms of answers that it reads (RFC 6960 §4.4.3); there is one.
  private static func checkResponses(_ value: ArraySlice<UInt8>) throws(StatusRefusal) {
    var reader = StatusReader(value)
    var list = StatusReader(try reader.only(DERTag.sequence))
    var takesBasic = false
    while !list.isAtEnd {
      takesBasic = OID.text(ofContent: try list.objectIdentifier()) == OID.ocspBasicResponse || takesBasic
    }
    guard takesBasic else { throw .malformedRequest }
  }

  /// The values of those extensions that are known, by dotted decimal text.
  ///
  /// - Parameter content: of the explicit tag around `Extensions` (RFC 5280 §4.1); nil if there are none.
  /// - Throws: if another one is critical, or one comes twice.
  private static func known(
    _ known: Set<String>, in content: ArraySlice<UInt8>?
  ) throws(StatusRefusal) -> [String: ArraySlice<UInt8>] {
    guard let content else { return [:] }
    var outer = StatusReader(content)
    var list = StatusReader(try outer.only(DERTag.sequence))
    var (seen, values) = (Set<ArraySlice<UInt8>>(), [String: ArraySlice<UInt8>]())
    while !list.isAtEnd {
      guard seen.count < mostExtensions else { throw .malformedRequest }
      var parts = try list.inside(DERTag.sequence)
      let name = try parts.objectIdentifier()
      let critical = try parts.optional(DERTag.boolean)
      // FALSE is the default.
      if let critical, !critical.elementsEqual([0xff]) { throw .malformedRequest }
      let value = try parts.only(DERTag.octetString)
      guard seen.insert(name).inserted else { throw .malformedRequest }
      if let text = OID.text(ofContent: name), known.contains(text) {
        values[text] = value
      } else if critical != nil {
        throw .malformedRequest
      }
    }
    guard !seen.isEmpty else { throw .malformedRequest }
    return values
  }
}
