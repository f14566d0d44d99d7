internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import Registry
internal import Vocabulary

extension OAuthEndpoints {
  /// Proofs of who the client is, which must not be in a URI (RFC 6749 §2.3.1).
  private static let proofs = ["client_secret", "client_assertion", "client_assertion_type"]

  static let refusedQuery = OAuthError.invalidRequest("Send the parameters in the body, not in the query")

  /// Refuses proofs in the query, and does not only ignore them: they stand in the logs of proxies already.
  ///
  /// - Returns: the query.
  func queryWithoutProofs(_ request: Request) throws -> OAuth.Parameters {
    let query = try bodies.query(request)
    guard Self.proofs.allSatisfy({ query[$0] == nil }) else { throw Self.refusedQuery }
    return query
  }

  /// The authenticated client of a request to the token, revocation or PAR endpoint.
  ///
  /// - Parameter check: as `ClientAuthentication.authenticate` has it.
  func client(
    _ parameters: OAuth.Parameters, of request: Request, _ context: GatewayContext,
    after check: (Client) throws -> Void = { _ in }
  ) async throws -> Client {
    let presented = PresentedClient(
      basic: try Self.basic(request.headers[.authorization]), certificate: await context.clientCertificate(),
      // RFC 7523 §3: the endpoint, by any of the addresses under which it answers.
      audiences: ([oauth.rules.issuer] + (mutualTLSURL.map { [$0] } ?? [])).flatMap { origin in
        Self.bases.flatMap { base, _ in
          ["token", "revoke", "pushed_authorize"].map { "\(origin)/\(base)oauth2/\($0)" }
        }
      } + [oauth.rules.issuer + "/"], origin: context.origin.server)
    let client: Client
    do { client = try await ClientAuthentication(oauth).authenticate(presented, parameters, after: check) } catch let
      error
      as OAuthError
      where error == .certificateMissing && presented.certificate == nil && mutualTLSURL != nil
    {
      throw OAuthError.certificateElsewhere
    }
    context.call.partner = client.partner.rawValue
    return client
  }

  /// The parts of a Basic header. RFC 6749 §2.3.1 has them form-encoded, many clients send them as they are: both
  /// readings of the secret are tried.
  private static func basic(_ header: String?) throws -> (id: String, secrets: [[UInt8]])? {
    guard let header else { return nil }
    guard let (name, secret) = BasicCredentials.octets(header).flatMap(BasicCredentials.halves),
      let id = FormText.decode(name.utf8)
    else { throw OAuthError.invalidHeader }
    let decoded = FormText.decode(secret.utf8).map { [Array($0.utf8)] } ?? []
    return (id, [Array(secret.utf8)] + decoded.filter { $0 != Array(secret.utf8) })
  }
}
