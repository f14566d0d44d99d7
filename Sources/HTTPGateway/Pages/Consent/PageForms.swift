internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import Registry
internal import SoleControl

/// A form that was not sent by a page of ours.
struct ForeignForm: Error {}

/// A request of a person's browser within a transaction. Whether the form's token is that of the page is still to be
/// found out.
struct PageVisit: Sendable {
  let request: Request
  let context: GatewayContext
  let key: TransactionKey
  var transaction: AuthorizationTransaction
  let asking: Asking
  let parameters: OAuth.Parameters
  /// The form's; empty if no form led here.
  let token: String
}

/// The client that asks, as it is registered now, and the look of its partner's pages.
struct Asking: Sendable {
  let client: Client
  let look: Look
}

/// Reads the forms of the pages: right browser, sent from our own page, and one after the other.
struct PageForms: Sendable {
  let oauth: AuthorizationServer
  let bodies: BodyReader
  let redirects: Redirects
  let looks: Looks

  var session: BrowserSession { BrowserSession(issuer: oauth.rules.issuer) }

  /// Handles a form. One that comes again after the transaction has ended gets the same answer again.
  func visit(
    _ request: Request, _ context: GatewayContext, _ body: (PageVisit) async throws -> Response
  ) async throws -> Response {
    let parameters = try await bodies.parameters(request)
    try requireOwnPage(request)
    guard let id = parameters["transaction"], let token = parameters["csrf"], let secret = session.secret(request)
    else { throw ForeignForm() }
    let key = TransactionKey(id: id, browserSecret: secret)
    return try await inTurn(key, context) { transaction, asking in
      if let answer = try oauth.answer(key, transaction, form: token) {
        return redirects.response(transaction.destination, answer)
      }
      return try await body(
        PageVisit(
          request: request, context: context, key: key, transaction: transaction, asking: asking,
          parameters: parameters, token: token))
    }
  }

  func inTurn(
    _ key: TransactionKey, _ context: GatewayContext,
    _ body: (AuthorizationTransaction, Asking) async throws -> Response
  ) async throws -> Response {
    let response = try await oauth.inTurn(key) {
      let (transaction, client) = try await oauth.visited(key)
      context.call.partner = transaction.request.partner
      return try await body(
        transaction, Asking(client: client, look: try await looks.look(of: client.partner)))
    }
    guard let response else { throw Refusal.unavailable }
    return response
  }

  /// Browsers tell where a request comes from (Fetch §3.2, Fetch Metadata); this holds also if a form's token leaked.
  func requireOwnPage(_ request: Request) throws {
    if let site = request.headers[.secFetchSite], site != "same-origin" { throw ForeignForm() }
    if let origin = request.headers[.origin], origin != "null",
      origin != WebOrigin(of: oauth.rules.issuer)?.text
    {
      throw ForeignForm()
    }
  }
}

extension HTTPField.Name {
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
