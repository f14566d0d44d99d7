internal import Crypto
internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// The page behind the link by which a person sets the PIN of a credential that a client ordered. To open it changes
/// nothing: what sets the PIN is the form, which belongs to the browser that it was shown to.
struct InvitationPages: Sendable {
  let invitations: InvitationService
  let tokens: TokenService
  let pages: Pages
  let forms: PageForms

  func addRoutes(to routes: Routes) {
    // The link is a secret, so the log has the page's name only.
    routes.add(
      "pin/:link", through: CallName("pin"), PageErrors(pages: pages, redirects: forms.redirects), get: open,
      post: answer)
  }

  private func open(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let known = browser.secret(request)
    let secret: String
    if let known { secret = known } else { secret = try await tokens.secret() }
    return try await visit(request, context, secret) { visit in
      guard visit.invited.invitation.state == .waiting else { return done(.invitationDone, visit) }
      var response = show(visit)
      if known == nil { browser.set(secret, isFramed: false, in: &response) }
      return response
    }
  }

  /// The form of the page.
  private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    try forms.requireOwnPage(request)
    let parameters = try await forms.bodies.parameters(request)
    guard let secret = browser.secret(request), let token = parameters["csrf"].flatMap(Base64.decode) else {
      throw ForeignForm()
    }
    return try await visit(request, context, secret) { visit in
      // The same form again, pressed twice or loaded again, gets the same answer. The credential has changed with the
      // first one, so the form's token cannot tell.
      if visit.invited.invitation.state == .done { return done(.invitationDone, visit) }
      guard parameters["transaction"] == visit.invited.invitation.id,
        HMAC<SHA256>.isValidAuthenticationCode(token, authenticating: visit.formMessage, using: visit.formKey)
      else { throw ForeignForm() }
      return try await answer(parameters, visit)
    }
  }

  private func answer(_ parameters: OAuth.Parameters, _ visit: InvitationVisit) async throws -> Response {
    switch parameters["decision"] {
    case "deny":
      try await invitations.answer(.refuse, to: visit.invited)
      return done(.invitationRefused, visit)
    case "approve":
      do {
        try await invitations.answer(.set(pin: try Grants.chosenPIN(parameters)), to: visit.invited)
        return done(.invitationDone, visit)
      } catch let message as PageMessage {
        return show(visit, message)
      } catch Refusal.unavailable {
        return show(visit, .busy)
      }
    default:
      return pages.error(
        ErrorView(kind: .invalidRequest, detail: "Invalid parameter decision", requestID: visit.context.call.id),
        of: visit.look, in: pages.language(visit.request))
    }
  }

  private func visit(
    _ request: Request, _ context: GatewayContext, _ secret: String,
    _ body: (InvitationVisit) async throws -> Response
  ) async throws -> Response {
    let link = try context.parameters.require("link")
    do {
      let invited = try await invitations.invited(link: link, from: context.origin.person)
      context.call.partner = invited.credential.partner.rawValue
      let (look, name) = try await pages.looks.named(invited.credential.partner)
      return try await body(
        InvitationVisit(
          invited: invited, link: link, secret: secret, request: request, context: context, look: look, partner: name))
    } catch IssuanceRefusal.unknownLink {
      return pages.error(
        ErrorView(kind: .invitationOver, requestID: context.call.id), of: nil, in: pages.language(request))
    } catch Refusal.tooManyTries {
      return pages.error(
        ErrorView(kind: .tooManyTries, requestID: context.call.id), of: nil, in: pages.language(request))
    }
  }

  // MARK: Pages

  private func show(_ visit: InvitationVisit, _ message: PageMessage? = nil) -> Response {
    let credential = visit.invited.credential
    let token = HMAC<SHA256>.authenticationCode(for: visit.formMessage, using: visit.formKey)
    let view = InvitationView(
      action: "/pin/" + visit.link, transaction: visit.invited.invitation.id, csrf: Base64.encodeURL(Array(token)),
      client: visit.partner, credential: credential.description,
      certificate: SigningView.Certificate(credential.certificate), serialNumber: credential.certificate.serialNumber,
      message: message)
    return pages.invitation(view, of: visit.look, in: pages.language(visit.request))
  }

  private func done(_ kind: DoneView.Kind, _ visit: InvitationVisit) -> Response {
    pages.done(DoneView(kind: kind, client: visit.partner), of: visit.look, in: pages.language(visit.request))
  }

  /// Not the authorization server's cookie: that one may have to come in frames, this one never.
  private var browser: BrowserSession { BrowserSession(issuer: forms.oauth.rules.issuer, purpose: "-pin") }
}

/// A request of a person's browser for the page of an invitation.
private struct InvitationVisit {
  let invited: InvitedCredential
  let link, secret: String
  let request: Request
  let context: GatewayContext
  let look: Look
  /// The partner's name.
  let partner: String

  /// Octets for the MAC of the page's content. Only a page that we made for this browser and this content knows the MAC
  /// of it.
  var formMessage: [UInt8] {
    let page: JSONValue = ["page": "pin", "partner": .string(partner)]
    return OctetDigest.sha256(page.canonical() + [0] + invited.canonical())
  }

  var formKey: SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }
}
