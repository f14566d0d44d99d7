import Vocabulary
import WireJSON

/// The items that an operation signs and its caller's preparation, as the ledger keeps them: enough to do the device's
/// part without the caller, and to answer a repetition with what was really signed.
struct SigningWork: CanonicalText, Sendable, Equatable {
  let items: [SigningItem]
  let preparation: [UInt8]

  /// Whether this is the work of the request, but for what was prepared again.
  func belongs(to request: SigningRequest) -> Bool {
    items.count == request.items.count
      && zip(items, request.items).allSatisfy { kept, asked in
        kept.algorithm == asked.algorithm && kept.authorizedDigest == asked.authorizedDigest
          && kept.isDirect == asked.isDirect
          && kept.isTimestamped == asked.isTimestamped && kept.terms == asked.terms
      }
  }

  /// The items as canonical JSON, which holds no line break, a line break, and the preparation as it is: it may be
  /// as large as a document.
  package func canonical() -> [UInt8] {
    JSONValue.object(JSONObject([("items", .array(items.map(\.json)))])).canonical() + [Self.separator] + preparation
  }

  private static let separator = UInt8(ascii: "\n")

  init(items: [SigningItem], preparation: [UInt8]) {
    self.items = items
    self.preparation = preparation
  }

  package init?(canonical text: [UInt8]) {
    guard let end = text.firstIndex(of: Self.separator),
      let items = try? JSONValue.parse(Array(text[..<end]), limits: .own).object?["items"]?.array
    else { return nil }
    let read = items.compactMap { $0.object.flatMap(SigningItem.init(json:)) }
    guard read.count == items.count else { return nil }
    self.init(items: read, preparation: Array(text[(end + 1)...]))
  }
}

extension SigningItem {
  fileprivate var json: JSONValue {
    var object = JSONObject([
      ("algorithm", .string(algorithm.name)), ("dtbsr", .octets(dtbsRepresentation)),
    ])
    if !isDirect {
      object["hash"] = .string(authorizedDigest.hashAlgorithm.rawValue)
      object["authorized"] = .octets(authorizedDigest.bytes)
    }
    if isTimestamped { object["timestamp"] = true }
    if let terms { object["terms"] = .octets(terms) }
    return .object(object)
  }

  fileprivate init?(json object: JSONObject) {
    guard let algorithm = object["algorithm"]?.string.flatMap(SignatureAlgorithm.init(parsing:)),
      let dtbsRepresentation = object.octets("dtbsr")
    else { return nil }
    guard object["hash"] != nil || object["authorized"] != nil else {
      self.init(algorithm: algorithm, digest: dtbsRepresentation)
      isTimestamped = object["timestamp"]?.bool ?? false
      terms = object.octets("terms")
      return
    }
    guard let hash = object["hash"]?.string.flatMap(HashAlgorithm.init(rawValue:)),
      let authorized = object.octets("authorized")
    else { return nil }
    self.init(
      algorithm: algorithm, dtbsRepresentation: dtbsRepresentation,
      authorizedDigest: AuthorizedDigest(hashAlgorithm: hash, bytes: authorized),
      isTimestamped: object["timestamp"]?.bool ?? false, terms: object.octets("terms"))
  }
}
