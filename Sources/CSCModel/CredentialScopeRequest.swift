internal import Octets
public import Vocabulary
public import WireJSON

/// A client's request to the authorization server with scope `credential`: by single parameters (CSC v1 §8.3.2,
/// v2 §8.2.2) or by a rich request (`authorization_details`, RFC 9396, CSC v2 §8.2.2).
public struct CredentialScopeRequest: Sendable, Equatable {
  public struct Document: Sendable, Equatable {
    /// Raw octets.
    public var digest: [UInt8]
    /// For people to recognise the document by.
    public var label: String?
    /// The digest's input as sent, upper case: SDR or DTBSR.
    public var hashType: String?
    /// `signed_props`: attributes to be signed along with it.
    public var properties: [RequestedProperty] = []
    /// `circumstantialData`: text about how it is signed, at most 500 characters of together 2,000 octets.
    public var circumstances: String?

    public init(digest: [UInt8], label: String? = nil, hashType: String? = nil) {
      self.digest = digest
      self.label = label
      self.hashType = hashType
    }
  }

  /// One of the two types of a rich request; nil for single parameters.
  public var type: String?
  public var credentialID: String?
  /// CSC v2 §8.2.2: the kind of signature, where the server is to choose the credential.
  public var signatureQualifier: String?
  /// At least 1.
  public var numSignatures: Int
  /// Nil if there are no documents.
  public var hashAlgorithm: HashAlgorithm?
  public var documents: [Document]
  /// Text for the user about this transaction; at most 500 characters of together 2,000 octets.
  public var description: String?

  static let richTypes = ["credential", "https://cloudsignatureconsortium.org/2025/credential"]
  /// Characters of a description (CSC v1 §8.3.2) and of a label.
  private static let longestText = 500
  /// Octets of the same: a character can have any number of them, and anybody can have requests kept.
  static let largestText = 2000

  /// Reads single parameters.
  ///
  /// - Throws: `CSCError`, whose text is for the redirect's `error_description`.
  public init(parameters: (String) -> String?, _ version: CSCVersion) throws {
    credentialID = parameters("credentialID")
    signatureQualifier = parameters("signatureQualifier")
    description = parameters("description")
    let list = parameters("hash") ?? parameters("hashes")
    let texts = (list ?? "").parts(separatedBy: UInt8(ascii: ","), most: SignHashRequest.maximumHashes + 1)
    guard texts.count <= SignHashRequest.maximumHashes else { throw CSCError.tooManySignatures }
    documents = try texts.filter { !$0.isEmpty }.map { Document(digest: try Self.digest(String($0))) }
    let oid = parameters("hashAlgorithmOID") ?? parameters("hashAlgo")
    hashAlgorithm = try documents.first.map { try Self.hashAlgorithm(oid, first: $0.digest) }
    numSignatures = max(documents.count, 1)
    if let text = parameters("numSignatures") {
      guard let count = Int(text) else {
        throw CSCError.field(.missingOrInvalidType(type: "integer", name: "numSignatures"))
      }
      numSignatures = count
    }
    try check()
  }

  /// Reads `authorization_details`: an array of one object of a type that we know.
  ///
  /// - Throws: `CSCError`.
  public init(details text: String) throws {
    let refused = CSCError.invalidAuthorizationDetails
    guard let entries = try? JSONValue.parse(Array(text.utf8), limits: .richRequest).array, entries.count == 1,
      let object = entries[0].object, case let fields = Fields(object),
      let type = object["type"]?.string, Self.richTypes.containsSame(as: type),
      let list = object["documentDigests"]?.array, list.count <= SignHashRequest.maximumHashes
    else { throw refused }
    self.type = type
    do {
      credentialID = try fields.optionalString("credentialID")
      signatureQualifier = try fields.optionalString("signatureQualifier")
      description = try fields.optionalString("description")
      numSignatures =
        try fields.value(["numSignatures"]).map { value in
          guard let count = value.integer else { throw refused }
          return Int(count)
        } ?? list.count
    } catch is FieldError { throw refused }
    documents = try list.map(Self.document)
    let oid = object["hashAlgorithmOID"]?.string
    guard oid != nil || documents.isEmpty else { throw CSCError.missingString("hashAlgorithmOID") }
    hashAlgorithm = try documents.first.map { try Self.hashAlgorithm(oid, first: $0.digest) }
    try check()
  }

  private static func document(_ value: JSONValue) throws -> Document {
    guard let object = value.object, case let fields = Fields(object), let text = object["hash"]?.string,
      let label = try? fields.optionalString("label") ?? "", isShort(label),
      let hashType = try? fields.optionalString("hashType") ?? "",
      let circumstances = try? fields.optionalString("circumstantialData") ?? "", isShort(circumstances),
      let properties = try? RequestedProperty.list(fields)
    else { throw CSCError.invalidAuthorizationDetails }
    // No originals (`sodr`): nothing that is signed here is found by the digest of one.
    guard hashType.isEmpty || ["SDR", "DTBSR"].contains(hashType.uppercased()) else {
      throw CSCError.invalidAuthorizationDetails
    }
    var document = Document(
      digest: try digest(text), label: label.isEmpty ? nil : label,
      hashType: hashType.isEmpty ? nil : hashType.uppercased())
    document.properties = properties
    document.circumstances = circumstances.isEmpty ? nil : circumstances
    return document
  }

  private static func digest(_ text: String) throws -> [UInt8] {
    guard let digest = Base64.decode(text) else { throw CSCError.hashNotBase64 }
    return digest
  }

  private static func hashAlgorithm(_ oid: String?, first: [UInt8]) throws -> HashAlgorithm {
    guard let oid else {
      guard let fitting = HashAlgorithm(digestLength: first.count) else { throw CSCError.digestLength }
      return fitting
    }
    guard let named = HashAlgorithm(oid: oid) else { throw CSCError.invalidParameter("hashAlgorithmOID") }
    return named
  }

  private func check() throws {
    guard credentialID != nil || signatureQualifier != nil else { throw CSCError.missingString("credentialID") }
    guard numSignatures >= 1 else { throw CSCError.numSignaturesTooLow }
    guard documents.allSatisfy({ $0.digest.count == hashAlgorithm?.digestLength }) else { throw CSCError.digestLength }
    guard Self.isShort(description ?? "") else { throw CSCError.invalidParameter("description") }
  }

  private static func isShort(_ text: String) -> Bool { text.utf8.count <= largestText && text.count <= longestText }
}

extension CredentialScopeRequest {
  /// The one value of what is asked for, however it was spelt: two encodings of the same digest give the same value.
  public var json: JSONValue {
    var object = JSONObject([
      ("numSignatures", .integer(Int64(numSignatures))), ("documents", .array(documents.map(\.json))),
    ])
    let texts = [
      ("type", type), ("credentialID", credentialID), ("signatureQualifier", signatureQualifier),
      ("hashAlgorithm", hashAlgorithm?.oid), ("description", description),
    ]
    for (name, text) in texts { object[name] = text.map(JSONValue.string) }
    return .object(object)
  }

  /// Reads `json` back.
  public init?(json: JSONValue) {
    guard let object = json.object, let count = object["numSignatures"]?.integer,
      let documents = object["documents"]?.array
    else { return nil }
    self.documents = documents.compactMap { $0.object.flatMap(Document.init(json:)) }
    guard self.documents.count == documents.count else { return nil }
    numSignatures = Int(count)
    type = object["type"]?.string
    credentialID = object["credentialID"]?.string
    signatureQualifier = object["signatureQualifier"]?.string
    hashAlgorithm = object["hashAlgorithm"]?.string.flatMap(HashAlgorithm.init(oid:))
    description = object["description"]?.string
  }

  /// `authorization_details` of the token answer (RFC 9396 §7), with the credential that was chosen.
  public func granted(credentialID: String) -> JSONValue {
    var object = JSONObject([
      ("type", .string(type ?? Self.richTypes[0])), ("credentialID", .string(credentialID)),
      ("numSignatures", .integer(Int64(numSignatures))), ("documentDigests", .array(documents.map(\.wireValue))),
      ("hashAlgorithmOID", .string(hashAlgorithm?.oid ?? HashAlgorithm.sha256.oid)),
    ])
    if let signatureQualifier { object["signatureQualifier"] = .string(signatureQualifier) }
    return [.object(object)]
  }
}

extension CredentialScopeRequest.Document {
  fileprivate var json: JSONValue {
    var object = JSONObject([("digest", .string(Base64.encode(digest)))])
    if let label { object["label"] = .string(label) }
    if let hashType { object["hashType"] = .string(hashType) }
    if !properties.isEmpty { object["properties"] = .array(properties.map(\.json)) }
    if let circumstances { object["circumstances"] = .string(circumstances) }
    return .object(object)
  }

  fileprivate init?(json object: JSONObject) {
    guard let digest = object["digest"]?.string.flatMap(Base64.decode) else { return nil }
    self.init(digest: digest, label: object["label"]?.string, hashType: object["hashType"]?.string)
    circumstances = object["circumstances"]?.string
    let listed = object["properties"]?.array ?? []
    properties = listed.compactMap { $0.object.flatMap(RequestedProperty.init(json:)) }
    guard properties.count == listed.count else { return nil }
  }

  fileprivate var wireValue: JSONValue {
    var object = JSONObject([("hash", .string(Base64.encode(digest)))])
    if let label { object["label"] = .string(label) }
    if let hashType { object["hashType"] = .string(hashType) }
    if !properties.isEmpty { object["signed_props"] = .array(properties.map(\.wireValue)) }
    if let circumstances { object["circumstantialData"] = .string(circumstances) }
    return .object(object)
  }
}
