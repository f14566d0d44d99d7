internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `credentials/extendTransaction`
  func extendTransaction(_ request: ExtendTransactionRequest, as principal: Principal) async throws -> Response {
    guard let sad = Base64.decode(request.sad).flatMap(SignatureActivationData.init(octets:)) else {
      // An unknown credential is the earlier fault.
      _ = try await signing.credential(CredentialID(request.credentialID), as: principal)
      throw Refusal.invalidSAD
    }
    return Response(
      try await signing.extend(
        ExtensionRequest(
          credential: CredentialID(request.credentialID), sad: sad, hashAlgorithm: request.hashAlgorithm?.core,
          digests: request.digests ?? []), as: principal))
  }
}

extension Response {
  /// A SAD, or a handle to ask for it with.
  init(_ outcome: AuthorizationOutcome) {
    switch outcome {
    case .granted(let authorization): self.init(authorization)
    case .pending(let handle): self.init(json: ["handle": .string(handle)], status: .accepted)
    }
  }

  /// A SAD, which no method answers in another way.
  init(_ authorization: Authorization) {
    self.init(json: [
      "SAD": .string(Base64.encodeURL(authorization.sad.octets)), "expiresIn": .integer(authorization.expiresIn),
    ])
  }
}
