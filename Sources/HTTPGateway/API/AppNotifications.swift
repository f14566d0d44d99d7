internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// Where providers say that there is news of a request (OpenID Connect CIBA Core §10.2).
  func addAppRoutes(to routes: Routes) {
    routes.add(
      "eid/notification",
      post: { request, _ in
        // Both the id and the token are secrets, so the log has neither.
        let call = CallLog(method: "eid/notification", logger: logger)
        var response: Response
        do { response = try await notification(request) } catch { response = Response(cscError(for: error, .v2, call)) }
        call.end(&response)
        return response
      })
  }

  /// An unknown request and a wrong token get the same answer.
  private func notification(_ request: Request) async throws -> Response {
    guard let token = Self.bearer(request.headers[.authorization] ?? "") else { throw CSCError.invalidToken }
    // What is sent is an id.
    let fields = try await fields(request, atMost: Self.largestSmallBody, limits: .beforeToken)
    guard try await signing.notified(request: fields.string("auth_req_id"), token: token) else {
      throw CSCError.invalidToken
    }
    return Response(status: .noContent)
  }
}
