internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import Vocabulary
internal import WireJSON

extension OAuthEndpoints {
  /// `oauth2/pushed_authorize` (RFC 9126, CSC v2 §8.2.3).
  func push(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let parameters = try await bodies.parameters(request, mayBeLarge: true)
    _ = try queryWithoutProofs(request)
    let client = try await client(parameters, of: request, context)
    let reference = try await oauth.push(parameters, .v2, client: client, reader: scopes.reader(.v2))
    var response = Response(
      json: ["request_uri": .string(reference), "expires_in": .integer(oauth.rules.pushedRequestLife)],
      status: .created)
    response.headers[.cacheControl] = "no-cache, no-store"
    return response
  }
}
