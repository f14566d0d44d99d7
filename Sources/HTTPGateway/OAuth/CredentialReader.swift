internal import CSCModel
internal import OAuth
internal import SoleControl

extension Gateway {
  static let richTypes = ["credential", "https://cloudsignatureconsortium.org/2025/credential"]

  /// Reads what a request of another scope than `service` asks for and refuses what could never be granted, before anybody is
  /// asked to log in.
  func credentialReader(_ version: APIVersion) -> AuthorizationServer.CredentialReader {
    { parameters, client in
      if let order = try await orderDetails(parameters, client, version) { return order }
      let asked: CredentialScopeRequest
      let details = parameters["authorization_details"]
      do {
        asked =
          if let details {
            try await reading(details.utf8.count) { try CredentialScopeRequest(details: details) }
          } else {
            try CredentialScopeRequest(parameters: { parameters[$0] }, version)
          }
        if let id = asked.credentialID {
          _ = try await signing.check(
            Self.authorization(asked, CredentialID(id), client: client.id, presented: [:]),
            as: Principal(partner: PartnerID(client.partner), signer: nil, client: ClientID(client.id)))
        }
      } catch Refusal.authorizedElsewhere {
        // By `credentials/authorize`, whose text would send the caller here.
        throw OAuthError.invalid("credentialID")
      } catch let error as Refusal {
        let error = error.cscError(version)
        throw error.kind == .badRequest ? OAuthError(error.code, error.text) : OAuthError.temporarilyUnavailable
      } catch let error as CSCError {
        throw OAuthError(error.code, error.text)
      }
      return CredentialDetails(canonical: asked.canonical(), isRich: details != nil)
    }
  }

  static func authorization(
    _ asked: CredentialScopeRequest, _ credential: CredentialID, client: String, presented: [FactorID: String]
  ) -> SoleControl.AuthorizationRequest {
    SoleControl.AuthorizationRequest(
      credential: credential, numSignatures: asked.numSignatures, hashAlgorithm: asked.hashAlgorithm?.core,
      digests: asked.documents.map(\.digest), presented: presented, channel: .authorizationServer(ClientID(client)))
  }
}
