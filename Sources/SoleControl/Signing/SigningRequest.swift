import Octets
public import Vocabulary
import WireJSON

/// The call of the API that asks for signatures. Part of a request's identity; the raw value stands in the ledger.
public enum SigningMethod: String, Sendable, CaseIterable {
  /// `signatures/signHash` (CSC v1 §11.9, v2 §11.13).
  case signHash
  /// `signatures/signDoc` (CSC v2 §11.14).
  case signDoc
}

/// A digest that a SAD must cover before anything is signed for it.
public struct AuthorizedDigest: Sendable, Hashable {
  public var hashAlgorithm: HashAlgorithm
  public var bytes: [UInt8]

  public init(hashAlgorithm: HashAlgorithm, bytes: [UInt8]) {
    self.hashAlgorithm = hashAlgorithm
    self.bytes = bytes
  }
}

/// One signature that a request asks for.
public struct SigningItem: Sendable, Hashable {
  public var algorithm: SignatureAlgorithm
  /// The digest that is signed, as it is (EN 419 241-1: DTBS/R).
  public var dtbsRepresentation: [UInt8]
  /// The digest that the signer authorized. For a document it is the document's, while what is signed is the digest
  /// of attributes that contain it; that they do is the caller's to see to.
  public var authorizedDigest: AuthorizedDigest
  /// Whether a time-stamp over the signature belongs to it.
  public var isTimestamped: Bool
  /// Digest of all that goes with the authorized digest, as in `AuthorizedTerms`; nil if the digest itself is signed.
  public var terms: [UInt8]?

  public init(
    algorithm: SignatureAlgorithm, dtbsRepresentation: [UInt8], authorizedDigest: AuthorizedDigest,
    isTimestamped: Bool = false, terms: [UInt8]? = nil
  ) {
    self.algorithm = algorithm
    self.dtbsRepresentation = dtbsRepresentation
    self.authorizedDigest = authorizedDigest
    self.isTimestamped = isTimestamped
    self.terms = terms
  }

  /// A digest that was authorized itself, as in signHash.
  public init(algorithm: SignatureAlgorithm, digest: [UInt8]) {
    self.init(
      algorithm: algorithm, dtbsRepresentation: digest,
      authorizedDigest: AuthorizedDigest(hashAlgorithm: algorithm.hash, bytes: digest))
  }

  /// Whether what is signed is what was authorized.
  var isDirect: Bool {
    authorizedDigest.hashAlgorithm == algorithm.hash && authorizedDigest.bytes == dtbsRepresentation
  }
}

/// A call that asks for signatures, as sole control sees it.
public struct SigningRequest: Sendable {
  public var method: SigningMethod
  public var credential: CredentialID
  public var sad: SignatureActivationData
  /// The SAD as it was verified when it came as the bearer of this call; nil if it did not.
  public var verified: VerifiedSAD?
  /// In request order. A digest that is authorized for two items stands for two signatures.
  public var items: [SigningItem]
  /// All else that the caller was asked for, such as the format of a document's signature. Opaque here; part of the
  /// request's identity.
  public var parameters: [UInt8]
  /// The caller's preparation for signing, such as signed attributes with the time in them. Opaque here. Kept with the
  /// signatures and answered with them, also to a repetition that was prepared again.
  public var preparation: [UInt8]
  /// Whether only an earlier request's result will do: what a new one needs was not prepared.
  public var isRepetition = false

  public init(
    method: SigningMethod, credential: CredentialID, sad: SignatureActivationData, items: [SigningItem],
    parameters: [UInt8], preparation: [UInt8]
  ) {
    self.method = method
    self.credential = credential
    self.sad = sad
    self.items = items
    self.parameters = parameters
    self.preparation = preparation
  }

  /// A call of signHash.
  ///
  /// - Parameter digests: raw, in request order.
  public init(
    credential: CredentialID, sad: SignatureActivationData, algorithm: SignatureAlgorithm, digests: [[UInt8]]
  ) {
    self.init(
      method: .signHash, credential: credential, sad: sad,
      items: digests.map { SigningItem(algorithm: algorithm, digest: $0) }, parameters: [], preparation: [])
  }

  /// The request's identity: what was asked, not how it was prepared. The same request again has the same digest,
  /// although a document's representation may hold another time by then.
  var digest: [UInt8] {
    let text: JSONValue = [
      "method": .string(method.rawValue), "credential": .string(credential.rawValue),
      "items": .array(
        items.map {
          [
            "algorithm": .string($0.algorithm.name), "hash": .string($0.authorizedDigest.hashAlgorithm.rawValue),
            "authorized": .string(Hex.encode($0.authorizedDigest.bytes)),
          ]
        }), "parameters": .octets(OctetDigest.sha256(parameters)),
    ]
    return OctetDigest.sha256(text.canonical())
  }

  var work: SigningWork { SigningWork(items: items, preparation: preparation) }
}
