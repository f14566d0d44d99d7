import CSCModel
import Octets
import Vocabulary
import WireJSON

/// A JAdES baseline B-B signature (ETSI TS 119 182-1 V1.2.1).
struct JAdESSignature {
  /// The protected header as it is signed: base64url.
  let header: [UInt8]
  let algorithm: JWSAlgorithm
  /// The digest of a document that is only referenced; else nil.
  let referencedDigest: [UInt8]?
  private static let dot = UInt8(ascii: ".")

  /// - Parameters:
  ///   - certificates: DER, the signer's first.
  ///   - time: of signing.
  init(
    _ signature: DocumentSignature, digest: [UInt8], certificates: [[UInt8]], keyType: KeyType, time: UnixTime
  ) throws(DocumentRefusal) {
    algorithm = try JWSAlgorithm(signature.algorithm, keyType)
    let isReferenced = signature.packaging == .detached || signature.content == nil
    referencedDigest = isReferenced ? digest : nil
    var members = JSONObject([("alg", .string(algorithm.rawValue))])
    if !isReferenced {
      members["cty"] = .string(MediaType(of: signature.content).short)
    }
    members["x5t#S256"] = .string(Base64.encodeURL(OctetDigest.sha256(certificates.first ?? [])))
    members["x5c"] = .array(certificates.map { .string(Base64.encode($0)) })
    // Clause 5.1.11: since May 2025 `iat` takes the place of `sigT`.
    members["iat"] = .integer(time)
    if isReferenced {
      members["sigD"] = Self.reference(signature.algorithm.hash, digest)
      // Clause 5.2.8.3.3: without it, `hashV` would be the digest of the document's base64url.
      members["b64"] = false
      members["crit"] = ["sigD", "b64"]
    }
    header = Array(Base64.encodeURL(JSONValue.object(members).compact()).utf8)
  }

  /// Reads a header back.
  init(header: [UInt8]) throws(DocumentFault) {
    guard let text = Base64.decode(String(decoding: header, as: UTF8.self)),
      let members = try? JSONValue.parse(text, limits: .own).object,
      let algorithm = members["alg"]?.string.flatMap(JWSAlgorithm.init(rawValue:))
    else { throw .preparation }
    self.header = header
    self.algorithm = algorithm
    referencedDigest = members["sigD"]?.object?["hashV"]?.array?.first?.string.flatMap { Base64.decode($0) }
  }

  /// The document by its digest (clause 5.2.8.3.3, ObjectIdByURIHash). Its name is its digest too (RFC 6920), for no
  /// other is known.
  private static func reference(_ hash: HashAlgorithm, _ digest: [UInt8]) -> JSONValue {
    let value = Base64.encodeURL(digest)
    let names = hash.jadesNames
    return [
      "mId": "http://uri.etsi.org/19182/ObjectIdByURIHash", "pars": [.string("ni:///\(names.ni);\(value)")],
      "hashM": .string(names.hashM), "hashV": [.string(value)], "ctys": [.string(MediaType.unknown.short)],
    ]
  }

  /// The octets that are signed (RFC 7515 §5.1). A document that is only referenced contributes nothing.
  func signingInput(content: [UInt8]?) -> [UInt8] { header + [Self.dot] + Self.payload(content) }

  /// The signature in compact serialization.
  ///
  /// - Parameter signature: as JWS has it.
  func compact(content: [UInt8]?, signature: [UInt8]) -> [UInt8] {
    signingInput(content: content) + [Self.dot] + Array(Base64.encodeURL(signature).utf8)
  }

  /// The signature as an element of `signatures` of a JWS in general JSON serialization (RFC 7515 §7.2.1), whose
  /// payload is the document, or nothing if the document is only referenced.
  ///
  /// - Parameter signature: as JWS has it.
  func element(signature: [UInt8]) -> [UInt8] {
    let element: JSONValue = [
      "protected": .string(String(decoding: header, as: UTF8.self)), "signature": .string(Base64.encodeURL(signature)),
    ]
    return element.compact()
  }

  private static func payload(_ content: [UInt8]?) -> [UInt8] {
    content.map { Array(Base64.encodeURL($0).utf8) } ?? []
  }
}

extension HashAlgorithm {
  /// In `hashM`, and in the registry of named information.
  fileprivate var jadesNames: (hashM: String, ni: String) {
    switch self {
    case .sha256: ("S256", "sha-256")
    case .sha384: ("S384", "sha-384")
    case .sha512: ("S512", "sha-512")
    }
  }
}
