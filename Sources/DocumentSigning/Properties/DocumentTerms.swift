import Octets
import WireJSON

/// All that goes with a document's digest: what is signed along with it, and what was told about how it is signed.
public struct DocumentTerms: Sendable, Equatable {
  /// Each kind at most once.
  public let properties: [SignedProperty]
  /// CSC v2 `circumstantialData`, as it came.
  public let circumstances: String?

  public init(properties: [SignedProperty], circumstances: String?) {
    self.properties = properties
    self.circumstances = circumstances
  }

  /// Whether all octets are the same: Swift's own comparison of texts takes different ones for the same.
  public static func == (left: DocumentTerms, right: DocumentTerms) -> Bool {
    left.properties == right.properties
      && left.circumstances.map { OctetText($0) } == right.circumstances.map { OctetText($0) }
  }

  /// SHA-256 over the document's digest and the text of these terms; empty if there are none. The ledger and the audit
  /// log have no more of them: circumstances can be personal data.
  public func digest(for document: [UInt8]) -> [UInt8] {
    Self.digest(of: canonical, for: document)
  }

  /// The same, of terms whose text is there.
  static func digest(of canonical: [UInt8], for document: [UInt8]) -> [UInt8] {
    canonical.isEmpty ? [] : OctetDigest.sha256(document + canonical)
  }

  /// The one text of these terms, in whichever order and spelling they came. Empty if there are none.
  public var canonical: [UInt8] {
    guard !properties.isEmpty || circumstances != nil else { return [] }
    var object = JSONObject()
    let ordered = properties.sorted { $0.kind.rawValue < $1.kind.rawValue }
    if !ordered.isEmpty { object["properties"] = .array(ordered.map(\.json)) }
    if let circumstances { object["circumstances"] = .string(circumstances) }
    return JSONValue.object(object).canonical()
  }
}

extension SignedProperty {
  var json: JSONValue {
    var object = JSONObject([("kind", .string(kind.rawValue))])
    if let value { object["value"] = .string(Hex.encode(value)) }
    return .object(object)
  }
}

extension DocumentSignature {
  /// Terms that must have been authorized along with the document.
  public var terms: DocumentTerms { DocumentTerms(properties: properties, circumstances: circumstances) }
}
