internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import Registry
internal import Vocabulary

/// The first page: who asks, and who the person is.
struct LogInPages: Sendable {
  let oauth: AuthorizationServer
  let pages: Pages
  let forms: PageForms
  let scopes: ScopeReader
  let consent: ConsentPages

  /// `oauth2/authorize` (RFC 6749 §4.1.1, CSC v1 §8.3.2, v2 §8.2.2): everybody logs in for each request.
  func authorize(_ version: CSCVersion) -> Routes.Handler {
    { request, context in
      let parameters = try await forms.bodies.parameters(request, mayBeLarge: true)
      let secret = try await oauth.browserSecret(forms.session.secret(request))
      // All questions to the directory come before the request uses anything up: a browser that gets an error page
      // has no cookie by which it could send the same again.
      let client = try await oauth.client(parameters)
      let look = try await pages.looks.look(of: client.partner)
      let asked = try await oauth.request(
        parameters, version, of: client, browserSecret: secret, reader: scopes.reader(version))
      let (key, transaction) = try await oauth.begin(asked, browserSecret: secret)
      context.call.partner = asked.partner
      let view = LogInView(
        transaction: key.id, csrf: oauth.formToken(key, .logIn(transaction)), client: client.name,
        username: asked.account, usernameIsFixed: asked.account != nil)
      var response = show(view, asked, look, request)
      forms.session.set(key.browserSecret, isFramed: look.isFramed, in: &response)
      return response
    }
  }

  /// The form of the log-in page.
  func logIn(_ request: Request, _ context: GatewayContext) async throws -> Response {
    try await forms.visit(request, context, logIn)
  }

  private func logIn(_ visit: PageVisit) async throws -> Response {
    let (key, parameters, asked) = (visit.key, visit.parameters, visit.transaction.request)
    guard oauth.isForm(visit.token, key, .logIn(visit.transaction)) else { throw TransactionRefusal.unknown }
    let username = asked.account ?? parameters["username"]
    var view = LogInView(
      transaction: key.id, csrf: visit.token, client: visit.asking.client.name, username: username,
      usernameIsFixed: asked.account != nil)
    guard let username else {
      view.message = .missing(.username)
      return show(view, asked, visit.asking.look, visit.request)
    }
    guard let password = parameters["password"] else {
      view.message = .missing(.password)
      return show(view, asked, visit.asking.look, visit.request)
    }
    do {
      var known = visit
      known.transaction = try await oauth.logIn(
        key, username: username, password: password, from: visit.context.origin.person)
      return try await consent.show(known)
    } catch TransactionRefusal.wrongPassword {
      view.message = .logInFailed
    } catch is PasswordHasherBusy {
      view.message = .busy
    }
    return show(view, asked, visit.asking.look, visit.request)
  }

  private func show(_ view: LogInView, _ asked: CodeRequest, _ look: Look, _ request: Request) -> Response {
    pages.logIn(
      view, of: look, in: pages.language(request, asked.language), redirectingTo: [asked.redirectURI])
  }
}
