internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import WireJSON

extension Gateway {
  /// `oauth2/pushed_authorize` (RFC 9126, CSC v2 §8.4.3).
  func push(_ request: Request, _ context: GatewayContext, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request, mayBeLarge: true)
    let client = try await client(request, context, parameters, call)
    let reference = try await oauth.push(parameters, .v2, client: client, reader: credentialReader(.v2))
    var response = Response(
      json: ["request_uri": .string(reference), "expires_in": .integer(oauth.rules.pushedRequestLife)],
      status: .created)
    response.headers[.cacheControl] = "no-cache, no-store"
    return response
  }
}
