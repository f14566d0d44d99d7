internal import Attempts
internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth

/// Counts what every request and its answer hold (`OctetBudget`), and refuses what exceeds before anything is done for it.
struct Admission: RouterMiddleware {
  let gateway: Gateway

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    let path = request.uri.path
    // Whoever watches over the service is answered whatever it does otherwise.
    if !path.hasPrefix("/health/") {
      do {
        try context.hold.begin(in: gateway.octetBudget, as: holder(request, context))
      } catch {
        return gateway.busy(request, path)
      }
    }
    var response = try await Hold.$current.withValue(context.hold) { try await next(request, context) }
    if let length = response.body.contentLength, !Self.isShared(path) { context.hold.add(length) }
    response.body = response.body.inPieces(to: Holdings.current == nil ? nil : context.channel)
    return response
  }

  /// Who pays before the request has shown its token: the partner whose token came on this connection before, or the address. A
  /// proxy's connections carry everybody's requests.
  private func holder(_ request: Request, _ context: GatewayContext) -> OctetBudget.Holder {
    if let partner = Holdings.current?.partner, !gateway.isProxy(context.peerAddress) { return .partner(partner) }
    return .address(gateway.origin(request, context, isPerson: false).address)
  }

  /// Whether an answer is the same octets for everybody, which exist once.
  private static func isShared(_ path: String) -> Bool {
    path == "/openapi.yaml" || path == "/logo.png" || path.hasPrefix("/assets/") || path.hasPrefix("/brand/")
  }
}

extension Gateway {
  /// The answer to a request for which there is no memory now, in the manner of its endpoint.
  fileprivate func busy(_ request: Request, _ path: String) -> Response {
    let call = CallLog(method: "refused", logger: logger)
    var response: Response
    let parts = path.split(separator: "/")
    if parts.contains("oauth2") || parts == ["revoke"] {
      let isPage = !["token", "revoke", "pushed_authorize", "jwks"].contains(parts.last ?? "")
      response = isPage ? unavailablePage(request, call) : Response(OAuthError.temporarilyUnavailable)
    } else if parts.first == "confirm" {
      response = unavailablePage(request, call)
    } else {
      response = Response(CSCError.temporarilyUnavailable)
    }
    response.headers[.retryAfter] = "1"
    call.end(&response)
    return response
  }

  /// Whether an address is that of a proxy that tells where requests come from.
  func isProxy(_ peer: String?) -> Bool {
    guard let peer, let trustedProxy else { return false }
    return trustedProxy.addresses.contains { $0.contains(peer) }
  }

  private func unavailablePage(_ request: Request, _ call: CallLog) -> Response {
    pages.error(ErrorView(kind: .unavailable, requestID: call.id), of: nil, in: language(request, nil))
  }
}
