internal import Hummingbird
internal import Logging
internal import OAuth
internal import PartnerModel
internal import Registry
internal import Vocabulary
internal import HTTPTypes

/// The client for which a call of the partner API is made.
struct PartnerCaller: Sendable {
  let partner: PartnerID
  let client: ClientID
  let scopes: Set<PartnerScope>

  /// - Throws: `insufficient-scope`.
  func require(_ scope: PartnerScope) throws(Problem) {
    guard scopes.contains(scope) else {
      throw Problem(.insufficientScope, "The token needs the scope \(scope.rawValue).")
    }
  }
}

/// Finds out for which client a call of the partner API is made.
struct PartnerAuthentication: Sendable {
  let tokens: TokenService
  let partners: any PartnerDirectory
  /// Base URL of the listener on which clients show certificates; nil if there is none.
  let mutualTLSURL: String?
  let logger: Logger

  /// - Throws: `unauthorized`.
  func caller(_ request: Request, _ context: GatewayContext) async throws -> PartnerCaller {
    guard let header = request.headers[.authorization], let token = BearerToken.text(header) else {
      throw Problem.noToken
    }
    let record = try await found(token)
    // A client that is not registered any more, or for another partner, has no tokens.
    guard let id = record.client, let client = try await partners.client(ClientID(id)),
      client.partner.rawValue == record.partner, await client.mayUseTokens(on: context, mutualTLSURL, logger)
    else { throw Problem.invalidToken }
    // Nor has it scopes that were taken from it since.
    return PartnerCaller(
      partner: client.partner, client: client.id, scopes: record.scopes.intersection(client.partnerScopes))
  }

  /// Checks that the contract with the caller's partner is in force, without which nothing is changed
  /// (trust-service.md, pitfall 57).
  ///
  /// - Throws: `partner-suspended`.
  func requireContract(of caller: PartnerCaller, _ method: HTTPRequest.Method) async throws {
    guard method != .get, try await partners.partner(caller.partner)?.isSuspended == true else { return }
    throw Problem(.partnerSuspended, "The contract with the partner rests.")
  }

  private func found(_ token: String) async throws -> TokenRecord {
    do { return try await tokens.authenticatePartner(token) } catch is TokenService.Refusal {
      throw Problem.invalidToken
    }
  }
}
