internal import CSCModel
internal import DocumentSigning
internal import Hummingbird
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

extension SigningMethods {
  /// `signatures/signDoc`
  func signDoc(_ fields: Fields, _ call: APICall) async throws -> Response {
    guard let documents else { throw CSCError.notImplemented }
    let (caller, principal) = (call.caller, call.principal)
    let (request, signatures) = try await documentThreads.run {
      let request = try SignDocRequest(fields, needsSAD: caller.sad == nil)
      var properties = LastValue<SignDocRequest.Properties, [SignedProperty]>()
      return (request, try request.signatures.map { try $0.domainValue(documents, &properties) })
    }
    try check(request.mode)
    guard let sad = Self.sad(request.sad, caller) else {
      // An unknown credential is the earlier fault.
      if let id = request.credentialID {
        _ = try await soleControl.credentials.credential(CredentialID(id), as: principal)
      }
      throw Refusal.invalidSAD
    }
    var asked = DocumentSigningRequest(
      credential: request.credentialID.map { CredentialID($0) }, qualifier: request.signatureQualifier, sad: sad,
      signatures: signatures)
    asked.verified = caller.verified
    asked.wantsValidationData = request.returnValidationInfo
    do {
      switch request.mode {
      case .synchronous:
        let signed = try await documents.sign(asked, as: principal)
        let answer = await answer(signed, withValidationInfo: request.returnValidationInfo)
        return await named(answer, signed.operation, principal)
      case .asynchronous(let validity, let responseURI):
        let job = try await jobs.submit(
          JobRequest(
            documents.lastingRequest(asked, as: principal), validity: validity, responseURI: responseURI),
          as: principal)
        return Response(json: ["responseID": .string(job.rawValue)])
      }
    } catch Refusal.digestNotAuthorized {
      throw try await notAuthorized(sad)
    }
  }

  /// The answer of polling for signDoc (CSC v2 §11.15).
  func signedDocuments(of result: SigningResult) async throws -> Response {
    guard let documents else { throw CSCError.notImplemented }
    let signed = try await documents.finish(result)
    return await answer(signed, withValidationInfo: signed.wantsValidationData)
  }

  private func answer(_ signed: SignedDocuments, withValidationInfo isWanted: Bool) async -> Response {
    var answer = JSONObject(signed)
    if isWanted, let data = await documents?.validationData(for: signed) {
      answer["validationInfo"] = .object(JSONObject(data))
    }
    return Response(json: .object(answer))
  }

  /// Two rows of the table overlap: one is for hashes that the authorization server took, the other for those of
  /// `credentials/authorize`.
  private func notAuthorized(_ sad: SignatureActivationData) async throws -> CSCError {
    let isToken = try await soleControl.authorizations.bearer(sad) != nil
    return isToken ? .documentNotAuthorizedByToken : .documentsNotAuthorizedBySAD
  }

  /// The part of `info` about signDoc.
  var documentSupport: DocumentSupport {
    guard let documents else { return .none }
    return DocumentSupport(
      formats: [
        (.cades, [.attached, .detached, .parallel]), (.pades, [.certification, .revision]),
        (.jades, [.attached, .detached, .parallel]),
      ],
      levels: documents.levels(of: .pades).map(\.wireValue), validationInfo: true)
  }
}

// MARK: Answer

extension JSONObject {
  /// Signatures that contain their document, and all others, each in request order (CSC v2 §11.14).
  fileprivate init(_ signed: SignedDocuments) {
    self.init()
    for (name, hasDocument) in [("DocumentWithSignature", true), ("SignatureObject", false)] {
      let octets = signed.documents.filter { $0.hasDocument == hasDocument }.map(\.octets)
      if !octets.isEmpty { self[name] = .array(octets.map { .string(Base64.encode($0)) }) }
    }
  }

  fileprivate init(_ data: ValidationData) {
    self.init()
    for (name, values) in [("crl", data.revocationLists), ("certificates", data.certificates)] where !values.isEmpty {
      self[name] = .array(values.map { .string(Base64.encode($0)) })
    }
  }
}

// MARK: Translation

extension SignDocRequest.Signature {
  /// Hashes a document, so it is called on threads that have the time.
  ///
  /// - Parameter properties: of the signature before, which often comes from the same entry.
  fileprivate func domainValue(
    _ service: DocumentSigningService, _ properties: inout LastValue<SignDocRequest.Properties, [SignedProperty]>
  ) throws -> DocumentSignature {
    guard let format = SignatureFormat(rawValue: choices.format.rawValue) else { throw CSCError.notImplemented }
    let byDigest = if case .digest = subject { true } else { false }
    let packagings = format.packagings(byDigest: byDigest)
    guard let standard = packagings.first else { throw CSCError.notImplemented }
    let packaging = choices.envelope.map(\.domainValue) ?? standard
    guard packagings.contains(packaging) else { throw CSCError.invalidParameter("signed_envelope_property") }
    guard let level = choices.level.domainValue, service.levels(of: format).contains(level) else {
      throw CSCError.invalidParameter("conformance_level")
    }
    return DocumentSignature(
      subject: subject.domainValue, format: format, level: level, packaging: packaging,
      algorithm: choices.algorithm,
      properties: try properties.value(for: .init(list: choices.properties, format: format)) { try $0.domainValues() },
      circumstances: choices.circumstances)
  }
}

extension SignDocRequest {
  /// The signed properties of an entry, with what decides whether they have a place.
  fileprivate struct Properties: Equatable {
    let list: [RequestedProperty]
    let format: SignatureFormat

    func domainValues() throws(CSCError) -> [SignedProperty] { try list.domainValues { $0.isAllowed(in: format) } }
  }
}

extension SignDocRequest.Signature.Subject {
  fileprivate var domainValue: DocumentSignature.Subject {
    switch self {
    case .digest(let digest): .digest(digest)
    case .document(let document): .content(document)
    }
  }
}

extension WireEnvelope {
  /// By digest, the PDF's own certification or approval is the client's part.
  fileprivate var domainValue: Packaging {
    switch self {
    case .attached, .enveloped, .enveloping: .attached
    case .detached, .certification, .revision: .detached
    case .parallel: .parallel
    }
  }
}

extension WireConformanceLevel {
  fileprivate var domainValue: ConformanceLevel? {
    switch self {
    case .bB: .b
    case .bT: .t
    case .bLT: .lt
    default: nil
    }
  }
}

extension ConformanceLevel {
  fileprivate var wireValue: WireConformanceLevel {
    switch self {
    case .b: .bB
    case .t: .bT
    case .lt: .bLT
    }
  }
}

extension DocumentRefusal {
  var cscError: CSCError {
    switch self {
    case .property(let kind): .invalidSignedProps([kind.rawValue])
    case .algorithm: .invalidParameter("signAlgo")
    case .algorithmParameters: .invalidParameter("signAlgoParams")
    // The table has no row for revoked certificates: the parameter that brought it here is named.
    case .revoked: .invalidParameter("credentialID")
    case .authorityRevoked: .invalidParameter("conformance_level")
    case .noRevocationData: .temporarilyUnavailable
    case .qualifier: .invalidParameter("signatureQualifier")
    }
  }
}
