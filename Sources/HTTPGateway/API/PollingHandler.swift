internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `signatures/signPolling`
  func poll(_ request: SignPollingRequest, _ version: APIVersion, as principal: Principal) async throws -> Response {
    var signer: SignerID?
    if let name = try request.user(isUserSpecific: principal.signer != nil) {
      // A user that the partner does not have has no jobs.
      guard let found = try await tokens.signer(named: name, of: principal.partner.text) else {
        throw Refusal.unknownJob
      }
      signer = SignerID(found)
    }
    switch try await jobs.result(of: JobID(request.requestID), signer: signer, as: principal) {
    case .running: throw CSCError.jobRunning
    case .failed(let failure): throw failure.cscError(version).ofFailedJob
    case .completed(let method, let result):
      switch method {
      case .signHash: return Response(json: .signatures(of: result))
      case .signDoc: return try await signedDocuments(of: result)
      }
    }
  }
}

extension JobFailure {
  fileprivate func cscError(_ version: APIVersion) -> CSCError {
    switch self {
    case .unavailable: Refusal.unavailable.cscError(version)
    case .parametersNotSupported: Refusal.parametersNotSupported.cscError(version)
    case .credentialDisabled: Refusal.credentialDisabled.cscError(version)
    case .credentialDeleted: Refusal.unknownCredential.cscError(version)
    case .authorizationRevoked: Refusal.invalidSAD.cscError(version)
    // v2, where jobs are, does not name the certificate.
    case .certificateExpired: Refusal.certificateExpired(organization: nil, commonName: nil).cscError(version)
    case .fault: .serverError
    }
  }
}
