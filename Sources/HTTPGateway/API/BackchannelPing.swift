internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// The endpoint for providers' notifications about a request (OpenID Connect CIBA Core §10.2).
struct AppNotifications: Sendable {
  let soleControl: SoleControlServices
  let bodies: BodyReader

  func addRoutes(to routes: Routes) {
    // Both the id and the token are secrets, so the log has neither.
    routes.add("eid/notification", through: CallName("eid/notification"), APIErrors(version: .v2), post: notify)
  }

  /// An unknown request and a wrong token get the same answer.
  private func notify(_ request: Request, _ context: GatewayContext) async throws -> Response {
    guard let token = BearerToken.text(request.headers[.authorization] ?? "") else { throw CSCError.invalidToken }
    // The body is an id.
    let fields = try await bodies.fields(request)
    guard try await soleControl.authorizations.receivePing(request: fields.string("auth_req_id"), token: token) else {
      throw CSCError.invalidToken
    }
    return Response(status: .noContent)
  }
}
