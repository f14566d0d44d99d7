internal import Octets
public import Vocabulary
public import WireJSON

/// `signatures/signDoc` (CSC v2 §11.14).
public struct SignDocRequest: Sendable {
  /// At least one of the two.
  public let credentialID: String?
  public let signatureQualifier: String?
  /// Nil if the bearer is a SAD itself and the body names none.
  public let sad: String?
  /// One for each signature, in request order.
  public let signatures: [Signature]
  public let returnValidationInfo: Bool
  public let mode: OperationMode

  /// A signature that is asked for. `Choices` are shared by all digests of one entry.
  public struct Signature: Sendable {
    public enum Subject: Sendable, Equatable {
      case digest([UInt8])
      case document([UInt8])
    }

    public let subject: Subject
    public let choices: Choices
  }

  /// Members of an entry of either array, apart from the documents.
  public struct Choices: Sendable {
    public let format: WireSignatureFormat
    public let level: WireConformanceLevel
    public let algorithm: SignatureAlgorithm
    /// Nil: the format's own default.
    public let envelope: WireEnvelope?
    public let properties: [RequestedProperty]
    /// `circumstantialData`: what was told about the signature when it was authorized.
    public let circumstances: String?
  }

  /// Checks the whole first, then entry by entry: presence and types, then values.
  ///
  /// - Parameter needsSAD: false if the bearer is a token of scope `credential`.
  public init(_ fields: Fields, needsSAD: Bool = true) throws {
    signatureQualifier = try fields.optionalString("signatureQualifier")
    credentialID = try Self.credentialID(fields, isOptional: signatureQualifier != nil)
    sad = try needsSAD || fields.value(["SAD"]) != nil ? fields.string("SAD") : nil
    let digests = try Self.entries(fields, "documentDigests", .invalidDocumentDigests)
    let documents = try Self.entries(fields, "documents", .invalidDocuments)
    guard !digests.isEmpty || !documents.isEmpty else { throw CSCError.noDocuments }
    guard digests.isEmpty || documents.isEmpty else { throw CSCError.bothDocumentsAndDigests }
    returnValidationInfo =
      try fields.optionalBool("returnValidationInfo", "returnValidationInformation") ?? false
    do { _ = try fields.optionalString("clientData", "client_data") } catch { throw CSCError.field(error) }
    mode = try OperationMode(fields, .v2)
    // Counted before they are looked into.
    guard digests.reduce(0, { $0 + Self.count(ofDigests: $1) }) <= SignHashRequest.maximumHashes else {
      throw CSCError.tooManySignatures
    }
    let hashOID = try fields.value(["hashAlgorithmOID", "hashAlgo"])
    signatures =
      try digests.flatMap { try Self.signatures(ofDigests: $0, hashOID) }
      + documents.map { try Self.signature(ofDocument: $0, hashOID) }
  }

  private static func credentialID(_ fields: Fields, isOptional: Bool) throws -> String? {
    guard isOptional, try fields.value(["credentialID"]) == nil else { return try fields.string("credentialID") }
    return nil
  }

  /// An empty array counts as absent: it is what some clients send for "none".
  private static func entries(_ fields: Fields, _ name: String, _ error: CSCError) throws -> [Fields] {
    guard let value = try fields.value([name]) else { return [] }
    guard let array = value.array, array.count <= SignHashRequest.maximumHashes else { throw error }
    return try array.map { element in
      guard let object = element.object else { throw error }
      return Fields(object)
    }
  }

  // MARK: Entries

  private static func signatures(ofDigests entry: Fields, _ hashOID: JSONValue?) throws -> [Signature] {
    guard isOriginal(entry) else { throw CSCError.invalidDocumentDigests }
    let digests = try digests(entry)
    let choices = try Choices(entry, hashOID)
    guard digests.allSatisfy({ $0.count == choices.algorithm.hash.digestLength }) else { throw CSCError.digestLength }
    guard digests.count * choices.properties.reduce(0, { $0 + $1.size }) <= mostProperties else {
      throw CSCError.invalidSignedProps(choices.properties.map(\.name))
    }
    return digests.map { Signature(subject: .digest($0), choices: choices) }
  }

  /// Octets of the signed properties of all digests of an entry together (a limit of this service).
  private static let mostProperties = 4 << 20

  /// At least the digests that an entry has; whether they are any is not looked at.
  private static func count(ofDigests entry: Fields) -> Int {
    (try? entry.value(["hashes", "hash"]))?.array?.count ?? 1
  }

  /// The table says array; a sample of the text has one string.
  private static func digests(_ entry: Fields) throws -> [[UInt8]] {
    let invalid = CSCError.invalidDocumentDigests
    let texts: [JSONValue]
    switch try entry.value(["hashes", "hash"]) {
    case .string(let text)?: texts = [.string(text)]
    case .array(let array)? where !array.isEmpty: texts = array
    default: throw invalid
    }
    return try texts.map { element in
      guard let text = element.string else { throw CSCError.hashesNotBase64 }
      do { return try Fields.digest(text) } catch let error as CSCError where error == .hashNotBase64 {
        throw CSCError.hashesNotBase64
      }
    }
  }

  /// Whether `documentType` says signer's original document, which is the default. No other is in `info`.
  private static func isOriginal(_ entry: Fields) -> Bool {
    (try? entry.optionalString("documentType") ?? "sod") == "sod"
  }

  private static func signature(ofDocument entry: Fields, _ hashOID: JSONValue?) throws -> Signature {
    guard isOriginal(entry), let text = try entry.value(["document"])?.string else { throw CSCError.invalidDocuments }
    let choices = try Choices(entry, hashOID)
    // There is nothing to sign in an empty document.
    guard let document = Base64.decode(text), !document.isEmpty else { throw CSCError.documentsNotBase64 }
    return Signature(subject: .document(document), choices: choices)
  }
}

extension SignDocRequest.Choices {
  /// - Parameter hashOID: the value next to the arrays.
  fileprivate init(_ entry: Fields, _ hashOID: JSONValue?) throws {
    let format = try entry.string("signature_format", "signatureFormat")
    let signAlgo = try entry.string("signAlgo")
    guard let known = WireSignatureFormat(rawValue: format) else { throw CSCError.invalidParameter("signature_format") }
    self.format = known
    level = try Self.level(entry)
    algorithm = try Self.algorithm(signAlgo, entry, hashOID)
    envelope = try Self.envelope(entry, known)
    properties = try RequestedProperty.list(entry)
    let circumstances = try entry.optionalString("circumstantialData") ?? ""
    guard circumstances.utf8.count <= CredentialScopeRequest.largestText else {
      throw CSCError.invalidParameter("circumstantialData")
    }
    self.circumstances = circumstances.isEmpty ? nil : circumstances
  }

  private static func level(_ entry: Fields) throws -> WireConformanceLevel {
    guard let value = try entry.value(["conformance_level", "conformanceLevel"]) else { return .bB }
    guard let level = value.string.flatMap(WireConformanceLevel.init(parsing:)) else {
      throw CSCError.invalidParameter("conformance_level")
    }
    return level
  }

  private static func envelope(_ entry: Fields, _ format: WireSignatureFormat) throws -> WireEnvelope? {
    guard let value = try entry.value(["signed_envelope_property", "signedEnvelopeProperty"]) else { return nil }
    guard let envelope = value.string.flatMap(WireEnvelope.init(rawValue:)), format.envelopes.contains(envelope) else {
      throw CSCError.invalidParameter("signed_envelope_property")
    }
    return envelope
  }

  /// A hash OID must agree with what `signAlgo` or its parameters fix (CSC v2 §11.14). It stands next to the arrays;
  /// clients of older texts have one in each entry.
  private static func algorithm(
    _ signAlgo: String, _ entry: Fields, _ hashOID: JSONValue?
  ) throws -> SignatureAlgorithm {
    let names = ["hashAlgorithmOID", "hashAlgo"]
    let own = try entry.value(names)
    guard own == nil || hashOID == nil || own == hashOID else { throw CSCError.invalidParameter(names[0]) }
    let oid = own ?? hashOID
    let isNeeded = WireSignAlgorithm(oid: signAlgo) == .rsaEncryption
    var members = entry.object
    names.forEach { members[$0] = nil }
    if isNeeded { members[names[0]] = oid }
    let algorithm = try SignHashRequest.algorithm(signAlgo, Fields(members), .v2)
    guard let oid, !isNeeded else { return algorithm }
    guard let named = oid.string.flatMap(HashAlgorithm.init(oid:)) else {
      throw CSCError.invalidParameter(names[0])
    }
    guard named == algorithm.hash else { throw CSCError.hashContradictsDocumentAlgorithm }
    return algorithm
  }
}
