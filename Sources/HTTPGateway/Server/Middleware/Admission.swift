internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import PartnerModel

/// Counts what every request and its answer hold (`OctetBudget`), and refuses what exceeds before anything is done for
/// it.
struct Admission: RouterMiddleware {
  let budget: OctetBudget
  let pages: Pages

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    // Health is answered whatever the gateway does otherwise.
    if !context.isHealth {
      do {
        try context.hold.begin(in: budget, as: holder(context))
      } catch {
        return busy(request, context)
      }
    }
    var response = try await Hold.$current.withValue(context.hold) { try await next(request, context) }
    if let length = response.body.contentLength, !Self.isShared(context) { context.hold.add(length) }
    response.body = response.body.inPieces(to: Holdings.current == nil ? nil : context.channel)
    return response
  }

  /// The holder that pays before the request has shown its token: the partner whose token came on this connection
  /// before, or the address. A proxy's connections carry everybody's requests.
  private func holder(_ context: GatewayContext) -> OctetBudget.Holder {
    if let connection = Holdings.current, !connection.peer.isProxy, let partner = connection.partner {
      return .partner(partner)
    }
    return .address(context.origin.address)
  }

  /// Whether an answer is the same octets for everybody, which exist once.
  private static func isShared(_ context: GatewayContext) -> Bool {
    guard context.area == .document || context.area == .service else { return false }
    let path = context.path
    return path == "/openapi.yaml" || path == "/logo.png" || path.hasPrefix("/assets/") || path.hasPrefix("/brand/")
  }

  /// The answer to a request for which there is no memory now, in the manner of its endpoint.
  private func busy(_ request: Request, _ context: GatewayContext) -> Response {
    context.call.name = CallLog.refused
    var response: Response
    let parts = context.path.split(separator: "/")
    if parts.contains("oauth2") || parts == ["revoke"] {
      let isPage = !["token", "revoke", "pushed_authorize", "jwks"].contains(parts.last ?? "")
      response = isPage ? page(request, context) : Response(OAuthError.temporarilyUnavailable)
    } else if context.area == .partner {
      response = Response(Problem(.unavailable, retryAfter: 1), instance: context.call.id)
    } else if parts.first == "confirm" {
      response = page(request, context)
    } else {
      response = Response(CSCError.temporarilyUnavailable)
    }
    response.headers[.retryAfter] = "1"
    return response
  }

  private func page(_ request: Request, _ context: GatewayContext) -> Response {
    pages.error(ErrorView(kind: .unavailable, requestID: context.call.id), of: nil, in: pages.language(request))
  }
}
