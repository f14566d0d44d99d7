internal import Attempts
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl

extension Gateway {
  /// `oauth2/authorize` (RFC 6749 §4.1.1, CSC v1 §8.3.2, v2 §8.4.2): everybody logs in for each request.
  func authorizePage(_ request: Request, _ dialect: Dialect, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request, mayBeLarge: true)
    let secret = try await oauth.browserSecret(session.secret(request))
    let asked = try await oauth.request(
      parameters, dialect, browserSecret: secret, reader: credentialReader(dialect == .v1 ? .v1 : .v2))
    let key = try await oauth.begin(asked, browserSecret: secret)
    call.partner = asked.partner
    let shown = ShownPage.logIn(try await oauth.transaction(key))
    let view = LogInView(
      transaction: key.id, csrf: oauth.formToken(key, shown), client: clientName(asked), username: asked.account,
      usernameIsFixed: asked.account != nil)
    var response = show(view, asked, request)
    session.set(key.browserSecret, isFramed: isFramed(asked), in: &response)
    return response
  }

  /// The form of the log-in page.
  func logInPage(_ request: Request, _ call: CallLog, from origin: Origin) async throws -> Response {
    try await visit(request, call) { visit in try await logIn(visit, request, from: origin) }
  }

  private func logIn(_ visit: PageVisit, _ request: Request, from origin: Origin) async throws -> Response {
    let (key, parameters, asked) = (visit.key, visit.parameters, visit.transaction.request)
    guard oauth.isForm(visit.token, key, .logIn(visit.transaction)) else { throw TransactionRefusal.unknown }
    let username = asked.account ?? parameters["username"]
    var view = LogInView(
      transaction: key.id, csrf: visit.token, client: clientName(asked), username: username,
      usernameIsFixed: asked.account != nil)
    guard let username else {
      view.message = .missing(.username)
      return show(view, asked, request)
    }
    guard let password = parameters["password"] else {
      view.message = .missing(.password)
      return show(view, asked, request)
    }
    do {
      let known = try await oauth.logIn(key, username: username, password: password, from: origin)
      return try await showConsent(key, known, request, message: nil, form: visit.token)
    } catch TransactionRefusal.wrongPassword {
      view.message = .logInFailed
    } catch is PasswordHasherBusy {
      view.message = .busy
    }
    return show(view, asked, request)
  }

  private func show(_ view: LogInView, _ asked: CodeRequest, _ request: Request) -> Response {
    pages.logIn(
      view, of: partner(asked), in: language(request, asked.language), redirectingTo: [asked.redirectURI])
  }

  func clientName(_ asked: CodeRequest) -> String { oauth.clients[asked.client]?.name ?? asked.client }

  func partner(_ asked: CodeRequest) -> PartnerID? { oauth.clients[asked.client].map { PartnerID($0.partner) } }

  private func isFramed(_ asked: CodeRequest) -> Bool {
    partner(asked).flatMap { brands[$0] }.map { !$0.frameOrigins.isEmpty } ?? false
  }
}
