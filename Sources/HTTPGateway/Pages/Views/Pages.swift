internal import HTTPTypes
internal import Hummingbird
internal import Mustache
internal import NIOCore
internal import Registry
internal import Texts

/// The pages that a signer sees, under the brand of the partner whose customer the signer is.
///
/// Whose look a page has is asked before anything is done for it (`looks`), so that showing it cannot fail.
struct Pages: Sendable {
  let looks: Looks
  /// Files of all pages.
  private let assets: PageAssets
  /// Path of the style of all pages.
  let style: String
  private let serviceName: String
  private let standardLanguage: Language

  /// - Parameters:
  ///   - language: RFC 5646 tag of the service's language; English if pages do not exist in it.
  init(serviceName: String, language: String, partners: any PartnerDirectory) {
    self.serviceName = serviceName
    standardLanguage = Language(tag: language) ?? .english
    looks = Looks(partners, serviceName: serviceName)
    var assets = PageAssets(folder: "/assets")
    style = assets.add("pages", "css", Look.stylesheet, PageStyle.text)
    self.assets = assets
    _ = PageTemplates.library
  }

  /// The language of the answer to a request.
  ///
  /// - Parameter wish: the client's, as `lang` or `ui_locales`.
  func language(_ request: Request, _ wish: String? = nil) -> Language {
    .chosen(lang: wish, acceptLanguage: request.headers[.acceptLanguage], standard: standardLanguage)
  }

  /// The file at a path below `/assets` or `/brand`, 404 for any other.
  func file(_ path: String) async throws -> Response {
    if let file = assets.response(path) ?? looks.standard.assets.response(path) { return file }
    return try await looks.file(path) ?? Response(text: "not found\n", status: .notFound)
  }

  /// - Parameters:
  ///   - look: nil: the service's own.
  ///   - targets: URLs to which the answer of the form may redirect: the client's redirect URI.
  func logIn(
    _ view: LogInView, of look: Look?, in language: Language, redirectingTo targets: [String]
  ) -> Response {
    let context = PageContext(view, (look ?? looks.standard).brand, language)
    return page(
      "logIn", context.values, view.message?.logInStatus ?? .ok, of: look, language, targets, inPopUps: true)
  }

  func consent(
    _ view: ConsentView, of look: Look?, in language: Language, redirectingTo targets: [String]
  ) -> Response {
    let context = PageContext(view, language)
    let template =
      switch view.scope {
      case .service: "service"
      case .credential: "signing"
      case .creation: "creation"
      case .deletion: "deletion"
      case .choice: "choice"
      }
    return page(
      template, context.values, view.message?.status ?? .ok, of: look, language, targets, inPopUps: true)
  }

  func confirm(
    _ view: ConfirmView, of look: Look?, in language: Language, redirectingTo targets: [String] = []
  ) -> Response {
    let context = PageContext(view, language)
    return page("signing", context.values, view.message?.status ?? .ok, of: look, language, targets)
  }

  func invitation(_ view: InvitationView, of look: Look?, in language: Language) -> Response {
    page("invitation", PageContext(view, language).values, view.message?.status ?? .ok, of: look, language, [])
  }

  func error(_ view: ErrorView, of look: Look?, in language: Language) -> Response {
    page("error", PageContext(view, language).values, view.kind.status, of: look, language, [], inPopUps: true)
  }

  func done(_ view: DoneView, of look: Look?, in language: Language) -> Response {
    page("done", PageContext(view, language).values, .ok, of: look, language, [])
  }

  func operators(_ figures: OperatorFigures, in language: Language) -> Response {
    page("operator", OperatorContext(figures, language).values, .ok, of: nil, language, [])
  }

  func forward(_ view: ForwardView, of look: Look?, in language: Language) -> Response {
    page("forward", PageContext(view, language).values, .ok, of: look, language, [], inPopUps: true)
  }

  /// - Parameter inPopUps: whether it is one of the pages that partners open. Those behind a link of a message are not.
  private func page(
    _ template: String, _ values: [String: Any], _ status: HTTPResponse.Status, of look: Look?,
    _ language: Language, _ targets: [String], inPopUps: Bool = false
  ) -> Response {
    let look = look ?? looks.standard
    let brand = look.brand
    let frame = PageContext.frame(look, style: style, serviceName: serviceName, language)
    let html = PageTemplates.library.render(values.merging(frame) { value, _ in value }, withTemplate: template) ?? ""
    return Response(
      status: status,
      headers: PageHeaders.fields(
        language: language, frameOrigins: brand.frameOrigins, keepsOpener: inPopUps && brand.opensInPopUps,
        targets: targets),
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }
}

extension PageMessage {
  var isError: Bool { self != .codeSent }

  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .codeSent: .ok
    case .tooManyTries: .tooManyRequests
    case .busy, .codeNotSent: .serviceUnavailable
    case .logInFailed, .missing, .wrong, .locked, .notEnough, .unsuitablePIN, .pinsDiffer, .otherCredential,
      .nothingChosen:
      .badRequest
    }
  }

  fileprivate var logInStatus: HTTPResponse.Status {
    switch self {
    case .logInFailed, .wrong, .locked: .unauthorized
    default: status
    }
  }
}

extension ErrorView.Kind {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .unknownClient, .invalidRequest, .expired, .notFromOurPage: .badRequest
    case .notFound, .invitationOver: .notFound
    case .operatorsOnly: .unauthorized
    case .tooManyTries: .tooManyRequests
    case .serverError: .internalServerError
    case .unavailable: .serviceUnavailable
    }
  }
}
