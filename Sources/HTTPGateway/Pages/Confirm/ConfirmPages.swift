internal import Attempts
internal import Crypto
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// The pages behind the links that customers get by message.
  func addConfirmRoutes(to routes: Routes) {
    routes.add(
      "confirm/:link",
      get: { request, context in
        // The link is a secret, so the log has the page's name only.
        await page(request, "confirm", under: "") { request, call in
          try await confirmPage(request, try context.parameters.require("link"), call)
        }
      },
      post: { request, context in
        await page(request, "confirm", under: "") { request, call in
          try await confirm(
            request, try context.parameters.require("link"), call, from: origin(request, context, isPerson: true))
        }
      })
  }

  private func confirmPage(_ request: Request, _ link: String, _ call: CallLog) async throws -> Response {
    guard let found = try await found(link, call) else { return gone(request, call) }
    guard found.state == .waiting else { return done(.alreadyAnswered, found, request) }
    let known = browser.secret(request)
    let secret: String
    if let known { secret = known } else { secret = try await tokens.secret() }
    var response = show(found, link, secret, nil, request)
    if known == nil { browser.set(secret, isFramed: false, in: &response) }
    return response
  }

  /// The form of the page.
  private func confirm(
    _ request: Request, _ link: String, _ call: CallLog, from origin: Origin
  ) async throws -> Response {
    try requireOwnPage(request)
    let parameters = try await parameters(request)
    guard let found = try await found(link, call) else { return gone(request, call) }
    guard let secret = browser.secret(request), let token = parameters["csrf"].flatMap(Base64.decode),
      parameters["transaction"] == found.id,
      HMAC<SHA256>.isValidAuthenticationCode(
        token, authenticating: Self.formMessage(found), using: Self.formKey(secret))
    else { throw ForeignForm() }
    switch (found.state, parameters["decision"]) {
    case (.waiting, _): break
    // The same form again, pressed twice or loaded again, gets the same answer.
    case (.approved, "approve"): return done(.confirmed, found, request)
    case (.denied, "deny"): return done(.denied, found, request)
    default: return done(.alreadyAnswered, found, request)
    }
    let answer: ConfirmationAnswer
    switch (parameters["decision"], parameters["PIN"]) {
    case ("deny", _): answer = .deny
    case ("approve", let pin?): answer = .approve(pin: pin)
    case ("approve", nil): return show(found, link, secret, .missing(.pin), request)
    default:
      return pages.error(
        ErrorView(kind: .invalidRequest, detail: "Invalid parameter decision", requestID: call.id), of: nil,
        in: language(request, nil))
    }
    do {
      switch try await signing.answer(answer, link: link, from: origin) {
      case .approved: return done(.confirmed, found, request)
      case .denied: return done(.denied, found, request)
      case .failed:
        return pages.error(
          ErrorView(kind: .tooManyTries, requestID: call.id), of: found.credential.partner, in: language(request, nil))
      case .waiting: return show(found, link, secret, .busy, request)
      }
    } catch Refusal.wrongFactor {
      return show(found, link, secret, .wrong(.pin), request)
    } catch Refusal.lockedFactor {
      return show(found, link, secret, .locked(.pin), request)
    } catch Refusal.tooManyTries {
      return show(found, link, secret, .tooManyTries, request)
    } catch Refusal.unavailable {
      return show(found, link, secret, .busy, request)
    } catch Refusal.invalidHandle, Refusal.credentialDisabled {
      return gone(request, call)
    }
  }

  /// Nil if the link leads nowhere, or no longer.
  private func found(_ link: String, _ call: CallLog) async throws -> PendingConfirmation? {
    do {
      let found = try await signing.confirmation(link: link)
      call.partner = found.credential.partner.text
      return found
    } catch Refusal.invalidHandle {
      return nil
    }
  }

  // MARK: Pages

  private func show(
    _ found: PendingConfirmation, _ link: String, _ secret: String, _ message: PageMessage?, _ request: Request
  ) -> Response {
    let certificate = found.credential.certificate
    let token = HMAC<SHA256>.authenticationCode(for: Self.formMessage(found), using: Self.formKey(secret))
    let view = ConfirmView(
      action: "/confirm/" + link, transaction: found.id, csrf: Base64.encodeURL(Array(token)),
      client: name(found.credential.partner),
      signing: SigningView(
        credential: found.credential.description,
        certificate: SigningView.Certificate(
          subject: certificate.subject, issuer: certificate.issuer, validTo: certificate.notAfter),
        documents: found.digests.map { SigningView.Document(label: nil, digest: $0) },
        hashName: found.hashAlgorithm?.displayName ?? "", numSignatures: found.numSignatures,
        description: found.description, factors: [SigningView.Factor(kind: .pin)]),
      message: message)
    return pages.confirm(view, of: found.credential.partner, in: language(request, nil))
  }

  private func done(_ kind: DoneView.Kind, _ found: PendingConfirmation, _ request: Request) -> Response {
    let partner = found.credential.partner
    return pages.done(DoneView(kind: kind, client: name(partner)), of: partner, in: language(request, nil))
  }

  private func gone(_ request: Request, _ call: CallLog) -> Response {
    pages.error(ErrorView(kind: .expired, requestID: call.id), of: nil, in: language(request, nil))
  }

  private func name(_ partner: PartnerID) -> String { brands[partner]?.name ?? partner.text }

  // MARK: The form's token

  /// Not the authorization server's cookie: that one may have to come in frames, this one never.
  private var browser: BrowserSession { BrowserSession(issuer: oauth.rules.issuer, purpose: "-confirm") }

  /// What the page shows. Only a page that we made for this browser and this content knows the MAC of it.
  private static func formMessage(_ found: PendingConfirmation) -> [UInt8] {
    let shown: JSONValue = [
      "page": "confirm", "id": .string(found.id), "numSignatures": .integer(Int64(found.numSignatures)),
      "hashAlgorithm": .string(found.hashAlgorithm?.displayName ?? ""),
      "digests": .array(found.digests.map { .string(Base64.encode($0)) }),
      "description": .string(found.description ?? ""),
    ]
    return Array(SHA256.hash(data: shown.canonical() + [0] + found.credential.canonical()))
  }
  private static func formKey(_ secret: String) -> SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }
}
