internal import Crypto
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// The pages behind the links that customers get by message.
struct ConfirmPages: Sendable {
  let soleControl: SoleControlServices
  let tokens: TokenService
  let pages: Pages
  let forms: PageForms

  func addRoutes(to routes: Routes) {
    // The link is a secret, so the log has the page's name only.
    routes.add(
      "confirm/:link", through: CallName("confirm"), PageErrors(pages: pages, redirects: forms.redirects), get: open,
      post: answer)
  }

  private func open(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let link = try context.parameters.require("link")
    guard let found = try await found(link, context) else { return gone(request, context) }
    let (look, name) = try await pages.looks.named(found.credential.partner)
    guard found.state == .waiting else { return done(.alreadyAnswered, of: look, name, request) }
    let known = browser.secret(request)
    let secret: String
    if let known { secret = known } else { secret = try await tokens.secret() }
    var response = show(
      Shown(found: found, link: link, secret: secret, request: request, look: look, partner: name))
    if known == nil { browser.set(secret, isFramed: false, in: &response) }
    return response
  }

  /// The form of the page.
  private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let link = try context.parameters.require("link")
    try forms.requireOwnPage(request)
    let parameters = try await forms.bodies.parameters(request)
    guard let found = try await found(link, context) else { return gone(request, context) }
    guard let secret = browser.secret(request), let token = parameters["csrf"].flatMap(Base64.decode),
      parameters["transaction"] == found.id,
      HMAC<SHA256>.isValidAuthenticationCode(
        token, authenticating: Self.formMessage(found), using: Self.formKey(secret))
    else { throw ForeignForm() }
    let (look, name) = try await pages.looks.named(found.credential.partner)
    let page = Shown(found: found, link: link, secret: secret, request: request, look: look, partner: name)
    switch (found.state, parameters["decision"]) {
    case (.waiting, _): break
    // The same form again, pressed twice or loaded again, gets the same answer.
    case (.approved, "approve"): return done(.confirmed, of: look, name, request)
    case (.denied, "deny"): return done(.denied, of: look, name, request)
    default: return done(.alreadyAnswered, of: look, name, request)
    }
    let answer: ConfirmationAnswer
    switch (parameters["decision"], parameters["PIN"]) {
    case ("deny", _): answer = .deny
    case ("approve", let pin?): answer = .approve(pin: pin)
    case ("approve", nil): return show(page, .missing(.factor(.pin)))
    default:
      return pages.error(
        ErrorView(kind: .invalidRequest, detail: "Invalid parameter decision", requestID: context.call.id), of: nil,
        in: pages.language(request))
    }
    do {
      switch try await soleControl.authorizations.answer(answer, link: link, from: context.origin.person) {
      case .approved: return done(.confirmed, of: look, name, request)
      case .denied: return done(.denied, of: look, name, request)
      case .failed:
        return pages.error(
          ErrorView(kind: .tooManyTries, requestID: context.call.id), of: look,
          in: pages.language(request))
      case .waiting: return show(page, .busy)
      }
    } catch Refusal.wrongFactor {
      return show(page, .wrong(.factor(.pin)))
    } catch Refusal.lockedFactor {
      return show(page, .locked(.factor(.pin)))
    } catch Refusal.tooManyTries {
      return show(page, .tooManyTries)
    } catch Refusal.unavailable {
      return show(page, .busy)
    } catch Refusal.invalidHandle, Refusal.credentialDisabled {
      return gone(request, context)
    }
  }

  /// Nil if the link leads nowhere, or no longer.
  private func found(_ link: String, _ context: GatewayContext) async throws -> PendingConfirmation? {
    do {
      let found = try await soleControl.authorizations.confirmation(link: link)
      context.call.partner = found.credential.partner.rawValue
      return found
    } catch Refusal.invalidHandle {
      return nil
    }
  }

  // MARK: Pages

  /// Content of the page, and the browser to which it is shown.
  private struct Shown {
    let found: PendingConfirmation
    let link, secret: String
    let request: Request
    let look: Look
    /// The partner's name.
    let partner: String
  }

  private func show(_ page: Shown, _ message: PageMessage? = nil) -> Response {
    let found = page.found
    let token = HMAC<SHA256>.authenticationCode(for: Self.formMessage(found), using: Self.formKey(page.secret))
    let view = ConfirmView(
      action: "/confirm/" + page.link, transaction: found.id, csrf: Base64.encodeURL(Array(token)),
      client: page.partner,
      signing: SigningView(
        credential: found.credential.description,
        certificate: SigningView.Certificate(found.credential.certificate),
        documents: found.digests.map { SigningView.Document(label: nil, digest: $0) },
        hashName: found.hashAlgorithm?.displayName ?? "", numSignatures: found.numSignatures,
        description: found.description, factors: [SigningView.Factor(kind: .typed(.pin))]),
      message: message)
    return pages.confirm(view, of: page.look, in: pages.language(page.request))
  }

  private func done(_ kind: DoneView.Kind, of look: Look, _ partner: String, _ request: Request) -> Response {
    pages.done(DoneView(kind: kind, client: partner), of: look, in: pages.language(request))
  }

  private func gone(_ request: Request, _ context: GatewayContext) -> Response {
    pages.error(ErrorView(kind: .expired, requestID: context.call.id), of: nil, in: pages.language(request))
  }

  // MARK: The form's token

  /// Not the authorization server's cookie: that one may have to come in frames, this one never.
  private var browser: BrowserSession { BrowserSession(issuer: forms.oauth.rules.issuer, purpose: "-confirm") }

  /// Octets for the MAC of the page's content. Only a page that we made for this browser and this content knows the MAC
  /// of it.
  private static func formMessage(_ found: PendingConfirmation) -> [UInt8] {
    let shown: JSONValue = [
      "page": "confirm", "id": .string(found.id), "numSignatures": .integer(Int64(found.numSignatures)),
      "hashAlgorithm": .string(found.hashAlgorithm?.displayName ?? ""),
      "digests": .array(found.digests.map { .string(Base64.encode($0)) }),
      "description": .string(found.description ?? ""),
    ]
    return OctetDigest.sha256(shown.canonical() + [0] + found.credential.canonical())
  }
  private static func formKey(_ secret: String) -> SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }
}
