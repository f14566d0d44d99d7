public import Vocabulary

/// One signature that a client wants of a document.
public struct DocumentSignature: Sendable, Equatable {
  public enum Subject: Sendable, Equatable {
    /// The digest of a document that stays with the client.
    case digest([UInt8])
    case content([UInt8])
  }

  public let subject: Subject
  /// The digest of the document, which its signer authorized.
  public let documentDigest: [UInt8]
  public let format: SignatureFormat
  public let level: ConformanceLevel
  public let packaging: Packaging
  /// Its hash is also the document's.
  public let algorithm: SignatureAlgorithm
  /// Each kind at most once.
  public let properties: [SignedProperty]
  /// Text that was told about the signature when it was authorized. Not in the signature.
  public let circumstances: String?

  public init(
    subject: Subject, format: SignatureFormat, level: ConformanceLevel, packaging: Packaging,
    algorithm: SignatureAlgorithm, properties: [SignedProperty], circumstances: String? = nil
  ) {
    self.subject = subject
    self.format = format
    self.level = level
    self.packaging = packaging
    self.algorithm = algorithm
    self.properties = properties
    self.circumstances = circumstances
    documentDigest =
      switch subject {
      case .digest(let digest): digest
      case .content(let content): algorithm.hash.digest(of: content)
      }
  }

  var content: [UInt8]? {
    if case .content(let content) = subject { content } else { nil }
  }
}
