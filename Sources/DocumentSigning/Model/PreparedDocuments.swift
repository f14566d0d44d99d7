import Vocabulary
import WireJSON

/// A request's documents as prepared for signing. The ledger keeps it with the signatures, so that a repetition gives
/// the same octets; large parts, the documents themselves, only if they will not come again.
struct PreparedDocuments: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    let format: SignatureFormat
    let packaging: Packaging
    let algorithm: SignatureAlgorithm
    /// CMS: the signed attributes, DER. JWS: the protected header.
    let signedPart: [UInt8]
    /// For packagings that contain the document.
    var content: [UInt8]?
    /// Whether a time-stamp of this service over the document is among the signed properties.
    var isStamped = false
  }

  /// DER, the signer's first, as the signed parts name it.
  let chain: [[UInt8]]
  let entries: [Entry]
  /// CRLs that prove the certificates good, of level B-LT. DER.
  var lists: [[UInt8]] = []
  /// Whether the result is to come with validation data.
  var wantsValidationData = false

  /// Certificates for the signature itself: all but the root, which its readers have.
  var embeddedCertificates: [[UInt8]] { Self.embedded(chain) }
  static func embedded(_ chain: [[UInt8]]) -> [[UInt8]] { chain.count > 1 ? Array(chain.dropLast()) : chain }

  // MARK: Octets

  /// A description in JSON, the chain, the lists, and for each entry its signed part and its content, if it is kept.
  func encoded(keepingContent: Bool) -> [UInt8] {
    var description = JSONObject([
      ("certificates", .integer(Int64(chain.count))),
      (
        "signatures",
        .array(
          entries.map {
            [
              "format": .string($0.format.rawValue), "packaging": .string($0.packaging.rawValue),
              "algorithm": .string($0.algorithm.name), "content": .bool(keepingContent && $0.content != nil),
              "stamped": .bool($0.isStamped),
            ]
          })
      ), ("lists", .integer(Int64(lists.count))),
    ])
    if keepingContent && wantsValidationData { description["validationData"] = true }
    let parts = entries.flatMap { entry in
      [entry.signedPart] + (keepingContent ? [entry.content].compactMap(\.self) : [])
    }
    return OctetList.encode([JSONValue.object(description).canonical()] + chain + lists + parts)
  }

  init(chain: [[UInt8]], entries: [Entry]) {
    self.chain = chain
    self.entries = entries
  }

  /// Nil if it is not what `encoded` writes.
  init?(_ octets: [UInt8]) {
    guard var parts = OctetList.decode(octets)?[...], let first = parts.popFirst(),
      let description = try? JSONValue.parse(first, limits: .own).object,
      let certificates = description["certificates"]?.integer.map(Int.init),
      let kept = description["lists"]?.integer.map(Int.init),
      let signatures = description["signatures"]?.array, (0...parts.count).contains(certificates),
      (0...(parts.count - certificates)).contains(kept)
    else { return nil }
    chain = Array(parts.prefix(certificates))
    lists = Array(parts.dropFirst(certificates).prefix(kept))
    parts = parts.dropFirst(certificates + kept)
    var entries: [Entry] = []
    for signature in signatures {
      guard let object = signature.object,
        let format = object["format"]?.string.flatMap(SignatureFormat.init(rawValue:)),
        let packaging = object["packaging"]?.string.flatMap(Packaging.init(rawValue:)),
        let algorithm = object["algorithm"]?.string.flatMap(SignatureAlgorithm.init(parsing:)),
        let hasContent = object["content"]?.bool, let isStamped = object["stamped"]?.bool,
        let signedPart = parts.popFirst()
      else { return nil }
      let content = hasContent ? parts.popFirst() : nil
      guard hasContent == (content != nil) else { return nil }
      entries.append(
        Entry(
          format: format, packaging: packaging, algorithm: algorithm, signedPart: signedPart, content: content,
          isStamped: isStamped))
    }
    guard parts.isEmpty else { return nil }
    self.entries = entries
    wantsValidationData = description["validationData"]?.bool ?? false
  }
}
