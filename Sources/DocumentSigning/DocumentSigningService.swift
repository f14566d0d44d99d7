import Octets
public import SoleControl
public import TimestampAuthority
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

/// One finished signature.
public struct SignedDocument: Sendable, Equatable {
  /// CMS in DER, or a JWS in compact serialization; of a parallel signature its part of them.
  public let octets: [UInt8]
  /// Whether the document is in it.
  public let hasDocument: Bool
  /// Whether the certificates up to the root are in it.
  public let hasCertificates: Bool
}

/// The result of signing documents.
public struct SignedDocuments: Sendable, Equatable {
  /// In request order.
  public let documents: [SignedDocument]
  /// DER, the signer's certificate first.
  public let chain: [[UInt8]]
  /// Whether any of them has a time-stamp of this service in it.
  public let hasTimestamps: Bool
  /// Whether the `lastingRequest` that they are for asked for validation data.
  public let wantsValidationData: Bool
}

/// AdES signatures of documents: what is signed for a document, and what is made of the signature.
///
/// Whether anything may be signed is sole control's part: what the signer authorized is the document's digest, what the
/// device signs is the digest of attributes that contain it.
public struct DocumentSigningService: Sendable {
  private let soleControl: SoleControlServices
  private let cms: any CMSBuilder
  private let worker: any DocumentWorker
  private let revocation: (any RevocationSource)?
  private let timestamps: TimestampService?
  private let now: @Sendable () -> UnixTime

  public init(
    soleControl: SoleControlServices, cms: any CMSBuilder, worker: any DocumentWorker,
    revocation: (any RevocationSource)?,
    timestamps: TimestampService?, now: @escaping @Sendable () -> UnixTime
  ) {
    self.soleControl = soleControl
    self.cms = cms
    self.worker = worker
    self.revocation = revocation
    self.timestamps = timestamps
    self.now = now
  }

  /// The levels that can be made of a format.
  public func levels(of format: SignatureFormat) -> [ConformanceLevel] {
    format.levels.filter { level in
      switch level {
      case .b: true
      case .t: timestamps != nil
      case .lt: timestamps != nil && revocation != nil
      }
    }
  }

  /// Signs each document once.
  ///
  /// The same request again, while the SAD lives, gives the same octets and spends nothing.
  ///
  /// - Throws: `Refusal` and `DocumentRefusal` (nothing was spent), `InternalFault`, `DocumentFault`.
  public func sign(_ request: DocumentSigningRequest, as principal: Principal) async throws -> SignedDocuments {
    let prepared = try await prepare(request, as: principal)
    let result = try await soleControl.signing.sign(prepared.request(keepingContent: false), as: principal)
    return try await finish(result, contents: request.signatures.map(\.content))
  }

  /// The request as sole control takes it, with everything in it that `finish` needs later: for a call whose documents
  /// do not come again.
  ///
  /// - Throws: `Refusal` and `DocumentRefusal`.
  public func lastingRequest(
    _ request: DocumentSigningRequest, as principal: Principal
  ) async throws -> SigningRequest {
    try await prepare(request, as: principal).request(keepingContent: true)
  }

  /// The documents of a `lastingRequest`.
  public func finish(_ result: SigningResult) async throws -> SignedDocuments {
    try await finish(result, contents: [])
  }

  /// Data that a reader needs to validate signatures and time-stamps, and does not find in them.
  public func validationData(for signed: SignedDocuments) async -> ValidationData {
    let known = signed.documents.allSatisfy(\.hasCertificates) ? PreparedDocuments.embedded(signed.chain).count : 0
    var certificates = Array(signed.chain.dropFirst(known))
    var all = signed.chain
    if signed.hasTimestamps, let timestamps {
      all += timestamps.chain
      certificates += timestamps.trustAnchors.filter { !certificates.contains($0) }
    }
    let lists = await revocation?.revocationLists(for: all, at: now()) ?? []
    return ValidationData(certificates: certificates, revocationLists: lists)
  }
}

// MARK: Before signing

/// A request with what is to be signed for it.
private struct Prepared {
  let credential: CredentialID
  let sad: SignatureActivationData
  let verified: VerifiedSAD?
  let items: [SigningItem]
  let parameters: [JSONValue]
  let documents: PreparedDocuments

  /// A request whose contents are kept is another one than the same without: what one of them stored is no answer for
  /// the other. The same holds for the wish for validation data.
  func request(keepingContent: Bool) -> SigningRequest {
    let keeps = keepingContent && documents.entries.contains { $0.content != nil }
    let keepsWish = keepingContent && documents.wantsValidationData
    var request = SigningRequest(
      method: .signDoc, credential: credential, sad: sad, items: items,
      parameters: JSONValue.array([.bool(keeps)] + (keepsWish ? ["validationData"] : []) + parameters).canonical(),
      preparation: documents.encoded(keepingContent: keepingContent))
    request.verified = verified
    return request
  }
}

extension DocumentSigningService {
  private func prepare(_ request: DocumentSigningRequest, as principal: Principal) async throws -> Prepared {
    let id = try await choose(request, as: principal)
    let credential = try await soleControl.credentials.credential(
      id, for: Set(request.signatures.map(\.algorithm)), as: principal)
    let time = now()
    if request.signatures.contains(where: { $0.level == .lt }) {
      try await requireRevocationData(for: credential.certificate.chain, at: time)
    }
    var items: [SigningItem] = []
    var entries: [PreparedDocuments.Entry] = []
    for signature in request.signatures {
      let (entry, dtbsRepresentation) = try await prepare(signature, for: credential, at: time)
      entries.append(entry)
      items.append(
        SigningItem(
          algorithm: signature.algorithm, dtbsRepresentation: dtbsRepresentation,
          authorizedDigest: AuthorizedDigest(hashAlgorithm: signature.algorithm.hash, bytes: signature.documentDigest),
          isTimestamped: signature.level.isTimestamped, terms: signature.terms.digest(for: signature.documentDigest)))
    }
    var documents = PreparedDocuments(chain: credential.certificate.chain, entries: entries)
    documents.wantsValidationData = request.wantsValidationData
    return Prepared(
      credential: id, sad: request.sad, verified: request.verified, items: items,
      parameters: request.signatures.map(\.parameters),
      documents: documents)
  }

  private func choose(_ request: DocumentSigningRequest, as principal: Principal) async throws -> CredentialID {
    if let id = request.credential {
      guard let qualifier = request.qualifier else { return id }
      guard try await soleControl.credentials.credential(id, as: principal).qualifier == qualifier else {
        throw DocumentRefusal.qualifier
      }
      return id
    }
    guard let qualifier = request.qualifier,
      let id = try await soleControl.credentials.credential(
        qualified: qualifier, authorizedBy: request.sad, as: principal)
    else { throw DocumentRefusal.qualifier }
    return id
  }

  /// Keeps what level B-LT promises: each certificate but the roots must have a current statement on its revocation.
  /// Asked before anything is spent.
  ///
  /// - Throws: `DocumentRefusal.noRevocationData`.
  private func requireRevocationData(for chain: [[UInt8]], at time: UnixTime) async throws {
    let anchors = timestamps?.trustAnchors ?? []
    let stamping = timestamps?.chain.filter { !anchors.contains($0) } ?? []
    for certificate in PreparedDocuments.embedded(chain) + stamping {
      guard await revocation?.revocationLists(for: [certificate], at: time).isEmpty == false else {
        throw DocumentRefusal.noRevocationData
      }
    }
  }

  /// - Returns: the part that is kept, and the digest to be signed.
  private func prepare(
    _ signature: DocumentSignature, for credential: Credential, at time: UnixTime
  ) async throws -> (PreparedDocuments.Entry, dtbsRepresentation: [UInt8]) {
    let chain = credential.certificate.chain
    let hash = signature.algorithm.hash
    let kept = signature.keptContent
    let (cms, keyType) = (cms, credential.keyType)
    let signedPart: [UInt8]
    let dtbsRepresentation: [UInt8]
    switch signature.format {
    case .jades:
      (signedPart, dtbsRepresentation) = try await worker.run {
        let jades = try JAdESSignature(
          signature, digest: signature.documentDigest, certificates: PreparedDocuments.embedded(chain),
          keyType: keyType, time: time)
        return (jades.header, hash.digest(of: jades.signingInput(content: kept)))
      }
    case .cades, .pades:
      let others = try await attributes(signature)
      (signedPart, dtbsRepresentation) = try await worker.run {
        let attributes = try cms.signedAttributes(
          CMSAttributes(
            messageDigest: signature.documentDigest, hash: hash, certificate: chain.first ?? [],
            // In PAdES the signature dictionary's M says the time (ETSI EN 319 142-1 clause 6.3).
            signingTime: signature.format == .cades ? time : nil, others: others))
        return (attributes, hash.digest(of: attributes))
      }
    }
    return (
      PreparedDocuments.Entry(
        format: signature.format, packaging: signature.packaging, algorithm: signature.algorithm,
        signedPart: signedPart, content: kept), dtbsRepresentation
    )
  }

  private func attributes(_ signature: DocumentSignature) async throws -> [(oid: String, value: [UInt8])] {
    let computed = ComputedValues(timestamps: timestamps)
    var attributes: [(oid: String, value: [UInt8])] = []
    for property in signature.properties {
      if property.kind == .contentTimestamp, let value = property.value {
        // A time-stamp over something else would be a false statement.
        guard TimestampToken(der: value)?.stamps(signature) == true else {
          throw DocumentRefusal.property(property.kind)
        }
      }
      if let value = property.value {
        attributes.append((property.kind.oid, value))
      } else {
        attributes.append((property.kind.oid, try await computed.value(of: property.kind, for: signature)))
      }
    }
    return attributes
  }
}

extension DocumentSignature {
  /// Parameters that make two requests for the same document different.
  fileprivate var parameters: JSONValue {
    var object = JSONObject([
      ("format", .string(format.rawValue)), ("level", .string(level.rawValue)),
      ("packaging", .string(packaging.rawValue)), ("properties", .array(properties.map(\.json))),
    ])
    if let circumstances { object["circumstances"] = .string(circumstances) }
    return .object(object)
  }
}

// MARK: After signing

extension DocumentSigningService {
  /// Puts signatures and documents together.
  ///
  /// - Parameter contents: of the documents in request order, where the request brought them; what the preparation
  ///   keeps comes first.
  private func finish(_ result: SigningResult, contents: [[UInt8]?]) async throws -> SignedDocuments {
    guard let prepared = PreparedDocuments(result.preparation), prepared.entries.count == result.signatures.count
    else { throw DocumentFault.preparation }
    var documents: [SignedDocument] = []
    for (index, entry) in prepared.entries.enumerated() {
      let content = entry.content ?? (index < contents.count ? contents[index] : nil)
      let (cms, certificates) = (cms, prepared.embeddedCertificates)
      let (item, signature, timestamp) = (result.items[index], result.signatures[index], result.timestamps[index])
      let octets = try await worker.run {
        switch entry.format {
        case .jades: return try Self.jws(entry, content, item, signature)
        case .cades, .pades:
          guard item.algorithm.hash.digest(of: entry.signedPart) == item.dtbsRepresentation,
            content != nil || entry.packaging != .attached
          else { throw DocumentFault.preparation }
          let parts = CMSSignature(
            signedAttributes: entry.signedPart, messageDigest: item.authorizedDigest.bytes, signature: signature,
            algorithm: item.algorithm, certificates: certificates, timestamp: timestamp,
            content: entry.packaging == .attached ? .attached(content ?? []) : .detached)
          return try entry.packaging == .parallel ? cms.signerInfo(parts) : cms.signedData(parts)
        }
      }
      documents.append(
        SignedDocument(
          octets: octets, hasDocument: entry.packaging == .attached,
          hasCertificates: entry.packaging != .parallel || entry.format == .jades))
    }
    return SignedDocuments(
      documents: documents, chain: prepared.chain, hasTimestamps: result.timestamps.contains { $0 != nil },
      wantsValidationData: prepared.wantsValidationData)
  }

  private static func jws(
    _ entry: PreparedDocuments.Entry, _ content: [UInt8]?, _ item: SigningItem, _ signature: [UInt8]
  ) throws -> [UInt8] {
    let jades = try JAdESSignature(header: entry.signedPart)
    let payload = jades.referencedDigest == nil ? content : nil
    guard entry.packaging == .parallel || (payload != nil) == (entry.packaging == .attached) else {
      throw DocumentFault.preparation
    }
    guard item.algorithm.hash.digest(of: jades.signingInput(content: payload)) == item.dtbsRepresentation,
      payload != nil || jades.referencedDigest == item.authorizedDigest.bytes
    else { throw DocumentFault.preparation }
    let value = try jades.algorithm.jws(signature)
    return entry.packaging == .parallel
      ? jades.element(signature: value) : jades.compact(content: payload, signature: value)
  }
}

extension DocumentSignature {
  /// The document, where the signature cannot be put together without it.
  fileprivate var keptContent: [UInt8]? {
    switch packaging {
    case .attached: content
    case .detached: nil
    case .parallel: format == .jades ? content : nil
    }
  }
}
