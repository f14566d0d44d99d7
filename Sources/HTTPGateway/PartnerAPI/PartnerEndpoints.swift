internal import Enrolment
internal import HTTPTypes
internal import Hummingbird
internal import PartnerModel
internal import Registry
internal import Vocabulary
internal import WireJSON

/// The endpoints of the partner API, `/partner/v1`.
///
/// Checks come in one order, so that nothing is told to callers who may not know it: token, contract, rate, scope, key
/// of the call, body, resource, condition, state, rules.
struct PartnerEndpoints: Sendable {
  static let base = "/partner/v1"
  /// Routes whose calls are recorded.
  static let signers = "signers"

  let api: PartnerAPI
  let callers: PartnerAuthentication
  let bodies: BodyReader
  let now: @Sendable () -> UnixTime

  /// One endpoint's work, for a caller who may ask for it.
  typealias Work = @Sendable (PartnerCaller, Request, GatewayContext) async throws -> Response

  func addRoutes(to routes: Routes) {
    add(Self.signers, to: routes, get: (.read, listSigners), post: (.identify, openSigner))
    add("signers/:id", to: routes, get: (.read, showSigner), patch: (.identify, changeSigner))
    add("usage", to: routes, get: (.read, showUsage))
    routes.add("partner/v1/openapi.yaml", get: { request, _ in OpenAPIDocument.partnerAPI.response(to: request) })
    routes.add("problems/:type", get: { _, context in try ProblemPage.response(to: context) })
  }

  private func add(
    _ path: String, to routes: Routes, get: (PartnerScope, Work)? = nil, post: (PartnerScope, Work)? = nil,
    patch: (PartnerScope, Work)? = nil
  ) {
    let name = "partner/v1/" + path
    routes.add(
      name, through: CallName(name), ProblemErrors(), get: get.map { handler($0.0, $0.1) },
      post: post.map { handler($0.0, $0.1) }, patch: patch.map { handler($0.0, $0.1) })
  }

  private func handler(_ scope: PartnerScope, _ work: @escaping Work) -> Routes.Handler {
    { request, context in
      let caller = try await callers.caller(request, context)
      let partner = caller.partner.rawValue
      context.call.partner = partner
      try Hold.current?.belongs(to: partner)
      Holdings.current?.partner = partner
      try await callers.requireContract(of: caller, request.method)
      try api.rates.spend(request.method == .post ? CallRates.creation : CallRates.usual, of: caller.client, at: now())
      try caller.require(scope)
      return try await work(caller, request, context)
    }
  }

  // MARK: Reading requests

  /// The members of a body.
  func body(of request: Request) async throws -> JSONObject {
    try request.checkCoding()
    return try await bodies.fields(request).object
  }

  /// The parameters of the query.
  func query(of request: Request) -> QueryPairs? { FormText.pairs((request.uri.query ?? "").utf8) }
}

/// The page about a type of problem, to which its `type` leads.
enum ProblemPage {
  static func response(to context: GatewayContext) throws -> Response {
    guard let type = ProblemType(rawValue: try context.parameters.require("type")) else {
      return Response(status: .notFound)
    }
    return Response(
      text: "\(type.title) (\(type.rawValue))\n\n\(type.action)\n\n"
        + "The same request can succeed later: \(type.isRetryable ? "yes" : "no")\n")
  }
}
