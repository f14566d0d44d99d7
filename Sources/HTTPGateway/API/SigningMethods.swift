internal import CSCModel
internal import DocumentSigning
internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// Methods that make signatures, at once or as jobs. Those of documents are in `DocumentMethods.swift`.
struct SigningMethods: Sendable {
  let soleControl: SoleControlServices
  let jobs: JobService
  let tokens: TokenService
  /// Nil if there are no AdES signatures.
  let documents: DocumentSigningService?
  /// For requests with documents.
  let documentThreads: any DocumentWorker
  /// Whether callers can ask for the result of a job.
  let offersPolling: Bool
  /// Nil if there are none.
  let receipts: ReceiptFiles?

  /// `signatures/signHash`
  func signHash(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try CSCModel.SignHashRequest(fields, call.version, needsSAD: call.caller.sad == nil)
    try check(request.mode)
    guard let sad = Self.sad(request.sad, call.caller) else {
      // An unknown credential is the earlier fault.
      _ = try await soleControl.credentials.credential(CredentialID(request.credentialID), as: call.principal)
      throw Refusal.invalidSAD
    }
    var signingRequest = SigningRequest(
      credential: CredentialID(request.credentialID), sad: sad, algorithm: request.algorithm,
      digests: request.digests)
    signingRequest.verified = call.caller.verified
    switch request.mode {
    case .synchronous:
      let result = try await soleControl.signing.sign(signingRequest, as: call.principal)
      return await named(Response(json: .signatures(of: result)), result.operation, call.principal)
    case .asynchronous(let validity, let responseURI):
      let job = try await jobs.submit(
        JobRequest(signingRequest, validity: validity, responseURI: responseURI), as: call.principal)
      return Response(json: ["responseID": .string(job.rawValue)])
    }
  }

  /// The answer, with the address of the receipt.
  func named(_ response: Response, _ operation: String, _ principal: Principal) async -> Response {
    var response = response
    await receipts?.name(operation, for: principal, in: &response)
    return response
  }

  /// A mode whose result could not be asked for is none that is supported.
  func check(_ mode: OperationMode) throws {
    if case .asynchronous = mode, !offersPolling { throw CSCError.invalidParameter("operationMode") }
  }

  /// `signatures/signPolling`
  func poll(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try SignPollingRequest(fields)
    let principal = call.principal
    var signer: SignerID?
    if let name = try request.user(isUserSpecific: principal.signer != nil) {
      // A user that the partner does not have has no jobs.
      guard let found = try await tokens.signer(named: name, of: principal.partner.rawValue) else {
        throw Refusal.unknownJob
      }
      signer = SignerID(found)
    }
    switch try await jobs.result(of: JobID(request.requestID), signer: signer, as: principal) {
    // The status says it all (CSC v2 §11.15).
    case .running: return Response(json: [:], status: .accepted)
    case .failed(let failure):
      // The row names the certificate, which the job does not keep.
      let isExpired = failure == .certificateExpired
      let credential =
        isExpired ? try await jobs.credential(of: JobID(request.requestID), signer: signer, as: principal) : nil
      throw failure.cscError(credential?.certificate, call.version).ofFailedJob
    case .completed(let method, let result):
      switch method {
      case .signHash: return await named(Response(json: .signatures(of: result)), result.operation, principal)
      case .signDoc: return await named(try await signedDocuments(of: result), result.operation, principal)
      }
    }
  }

  /// The SAD of a request: in the body, or the bearer itself (CSC v2 §11.13). Both, and different: neither.
  static func sad(_ text: String?, _ caller: Caller) -> SignatureActivationData? {
    let named = text.flatMap(Base64.decode).flatMap(SignatureActivationData.init(octets:))
    guard let bearer = caller.sad else { return named }
    return text == nil || named == bearer ? bearer : nil
  }
}

extension JSONValue {
  /// The answer of `signatures/signHash`, at once or to polling.
  fileprivate static func signatures(of result: SigningResult) -> JSONValue {
    ["signatures": .array(result.signatures.map { .string(Base64.encode($0)) })]
  }
}

extension JobFailure {
  fileprivate func cscError(_ certificate: Certificate?, _ version: CSCVersion) -> CSCError {
    switch self {
    case .unavailable: Refusal.unavailable.cscError(version)
    case .parametersNotSupported: Refusal.parametersNotSupported.cscError(version)
    case .credentialDisabled: Refusal.credentialDisabled.cscError(version)
    case .credentialDeleted: Refusal.unknownCredential.cscError(version)
    case .authorizationRevoked: Refusal.invalidSAD.cscError(version)
    case .certificateExpired:
      Refusal.certificateExpired(organization: certificate?.organization, commonName: certificate?.commonName)
        .cscError(version)
    case .fault: .serverError
    }
  }
}
