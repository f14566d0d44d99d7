import Octets
public import SoleControl
public import TimestampAuthority
public import Vocabulary
import WireJSON

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
  /// Id of the call that signed, as `SigningResult` has it.
  public let operation: String
  /// In request order.
  public let documents: [SignedDocument]
  /// DER, the signer's certificate first.
  public let chain: [[UInt8]]
  /// Whether any of them has a time-stamp of this service in it, over the signature or over the document.
  public let hasTimestamps: Bool
  /// CRLs that proved the certificates good when level B-LT was signed. DER.
  public let keptLists: [[UInt8]]
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
  let revocation: (any RevocationSource)?
  let timestamps: TimestampService?
  let now: @Sendable () -> UnixTime

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
      // Without a root there would be no proof of the certificate above which nothing is known.
      case .lt: timestamps?.endsInRoot == true && revocation != nil
      }
    }
  }

  /// Signs each document once.
  ///
  /// The same request again, while the SAD lives, gives the same octets and spends nothing.
  ///
  /// - Throws: `Refusal` and `DocumentRefusal` (nothing was spent), `InternalFault`, `DocumentFault`.
  public func sign(_ request: DocumentSigningRequest, as principal: Principal) async throws -> SignedDocuments {
    let prepared = try await prepare(request, keepingContent: false, as: principal)
    let result = try await soleControl.signing.sign(prepared, as: principal)
    return try await finish(result, contents: request.signatures.map(\.content))
  }

  /// The request as sole control takes it, with everything in it that `finish` needs later: for a call whose documents
  /// do not come again.
  ///
  /// - Throws: `Refusal` and `DocumentRefusal`.
  public func lastingRequest(
    _ request: DocumentSigningRequest, as principal: Principal
  ) async throws -> SigningRequest {
    try await prepare(request, keepingContent: true, as: principal)
  }

  /// The documents of a `lastingRequest`.
  public func finish(_ result: SigningResult) async throws -> SignedDocuments {
    try await finish(result, contents: [])
  }
}

// MARK: Before signing

extension DocumentSigningService {
  private func prepare(
    _ request: DocumentSigningRequest, keepingContent: Bool, as principal: Principal
  ) async throws -> SigningRequest {
    let id = try await choose(request, as: principal)
    let credential = try await soleControl.credentials.credential(
      id, for: Set(request.signatures.map(\.algorithm)), as: principal)
    var prepared = SigningRequest(
      method: .signDoc, credential: id, sad: request.sad, items: request.items,
      parameters: request.parameters(keepingContent: keepingContent), preparation: [])
    prepared.verified = request.verified
    let areStamped = try await areStamped(request.signatures)
    let time = now()
    var lists: [[UInt8]] = []
    // Asked for new signatures only, and after every other question: a refusal for good goes before one for a while.
    // So are time-stamps over documents: the authority's key works for no one without an authorization.
    let isLasting = request.signatures.contains { $0.level == .lt }
    if isLasting || request.signatures.contains(where: \.asksForTimestamp) {
      let isNew = try await soleControl.signing.isNew(prepared, as: principal)
      if isLasting, isNew {
        lists = try await proofs(for: credential.certificate.chain, at: time)
      } else {
        prepared.isRepetition = isLasting
      }
    }
    var entries: [PreparedDocuments.Entry] = []
    for (index, signature) in request.signatures.enumerated() {
      var (entry, dtbsRepresentation) = try await prepare(signature, for: credential, at: time)
      entry.isStamped = areStamped[index]
      entries.append(entry)
      prepared.items[index].dtbsRepresentation = dtbsRepresentation
    }
    var documents = PreparedDocuments(chain: credential.certificate.chain, entries: entries)
    documents.lists = lists
    documents.wantsValidationData = request.wantsValidationData
    prepared.preparation = documents.encoded(keepingContent: keepingContent)
    return prepared
  }

  /// Whether each signature gets a time-stamp of this service over its document. One that the client brought must be
  /// over the document, or it would be a false statement, and for level B-LT it must be this service's: of others there
  /// are no validation data.
  ///
  /// - Throws: `DocumentRefusal.property`; `TimestampError.busy` if there was no time to look whose it is.
  private func areStamped(_ signatures: [DocumentSignature]) async throws -> [Bool] {
    var stamped: [Bool] = []
    for signature in signatures {
      guard let property = signature.properties.first(where: { $0.kind == .contentTimestamp }),
        let token = property.value
      else {
        stamped.append(signature.properties.contains { $0.kind == .contentTimestamp })
        continue
      }
      guard TimestampToken(der: token)?.stamps(signature) == true else { throw DocumentRefusal.property(property.kind) }
      let isOwn =
        if let timestamps,
          let request = TimestampRequest(hash: signature.algorithm.hash, digest: signature.documentDigest)
        {
          try await timestamps.isToken(token, for: request)
        } else {
          false
        }
      guard isOwn || signature.level != .lt else { throw DocumentRefusal.property(property.kind) }
      stamped.append(isOwn)
    }
    return stamped
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
      if let value = property.value {
        attributes.append((property.kind.oid, value))
      } else {
        attributes.append((property.kind.oid, try await computed.value(of: property.kind, for: signature)))
      }
    }
    return attributes
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
      operation: result.operation,
      documents: documents, chain: prepared.chain,
      hasTimestamps: result.timestamps.contains { $0 != nil } || prepared.entries.contains(where: \.isStamped),
      keptLists: prepared.lists, wantsValidationData: prepared.wantsValidationData)
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
  /// Whether the service is to make a time-stamp over the document.
  fileprivate var asksForTimestamp: Bool { properties.contains { $0.kind == .contentTimestamp && $0.value == nil } }

  /// The document, where the signature cannot be put together without it.
  var keptContent: [UInt8]? {
    switch packaging {
    case .attached: content
    case .detached: nil
    case .parallel: format == .jades ? content : nil
    }
  }
}
