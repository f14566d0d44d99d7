public import SoleControl
public import Vocabulary
import WireJSON

/// A call that asks for signatures of documents (CSC v2 §11.14).
public struct DocumentSigningRequest: Sendable {
  /// At least one of the two.
  public var credential: CredentialID?
  public var qualifier: String?
  public var sad: SignatureActivationData
  /// The SAD as it was verified when it came as the bearer of this call; nil if it did not.
  public var verified: VerifiedSAD?
  /// At least one.
  public var signatures: [DocumentSignature]
  /// Whether a later answer is to come with validation data.
  public var wantsValidationData = false

  public init(
    credential: CredentialID?, qualifier: String?, sad: SignatureActivationData, signatures: [DocumentSignature]
  ) {
    self.credential = credential
    self.qualifier = qualifier
    self.sad = sad
    self.signatures = signatures
  }
}

// MARK: For sole control

extension DocumentSigningRequest {
  /// Items that the signer must have authorized. The representation to be signed is not known yet: the document's
  /// digest stands there.
  var items: [SigningItem] {
    var texts = LastValue<DocumentTerms, [UInt8]>()
    return signatures.map { signature in
      let digest = signature.documentDigest
      return SigningItem(
        algorithm: signature.algorithm, dtbsRepresentation: digest,
        authorizedDigest: AuthorizedDigest(hashAlgorithm: signature.algorithm.hash, bytes: digest),
        isTimestamped: signature.level.isTimestamped,
        terms: DocumentTerms.digest(of: texts.value(for: signature.terms) { $0.canonical }, for: digest))
    }
  }

  /// A request whose contents are kept is another one than the same without: what one of them stored is no answer for
  /// the other. The same holds for the wish for validation data.
  func parameters(keepingContent: Bool) -> [UInt8] {
    let keeps = keepingContent && signatures.contains { $0.keptContent != nil }
    let keepsWish = keepingContent && wantsValidationData
    var properties = LastValue<[SignedProperty], JSONValue>()
    let parameters = signatures.map { $0.parameters(properties.value(for: $0.properties) { .array($0.map(\.json)) }) }
    return JSONValue.array([.bool(keeps)] + (keepsWish ? ["validationData"] : []) + parameters).canonical()
  }
}

extension DocumentSignature {
  /// Parameters that make two requests for the same document different.
  fileprivate func parameters(_ properties: JSONValue) -> JSONValue {
    var object = JSONObject([
      ("format", .string(format.rawValue)), ("level", .string(level.rawValue)),
      ("packaging", .string(packaging.rawValue)), ("properties", properties),
    ])
    if let circumstances { object["circumstances"] = .string(circumstances) }
    return .object(object)
  }
}
