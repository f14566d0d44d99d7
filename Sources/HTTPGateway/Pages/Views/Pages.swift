internal import HTTPTypes
internal import Hummingbird
internal import Mustache
internal import NIOCore
internal import Texts
internal import Vocabulary

/// The pages that a signer sees, under the brand of the partner whose customer the signer is.
struct Pages: Sendable {
  let assets: PageAssets
  private let brands: [PartnerID: Brand]
  private let standardBrand: Brand
  private let serviceName: String
  private let standardLanguage: Language

  /// - Parameters:
  ///   - language: RFC 5646 tag of the service's language; English if pages do not exist in it.
  init(serviceName: String, language: String, brands: [PartnerID: Brand]) {
    self.serviceName = serviceName
    self.brands = brands
    standardLanguage = Language(tag: language) ?? .english
    standardBrand = Brand(serviceName: serviceName)
    assets = PageAssets(standard: standardBrand, brands: brands)
    _ = PageTemplates.library
  }

  /// The language of the answer to a request.
  ///
  /// - Parameter wish: the client's, as `lang` or `ui_locales`.
  func language(_ request: Request, _ wish: String? = nil) -> Language {
    .chosen(lang: wish, acceptLanguage: request.headers[.acceptLanguage], standard: standardLanguage)
  }

  /// A partner's name, as its customers know it.
  func name(of partner: PartnerID) -> String { brands[partner]?.name ?? partner.rawValue }

  /// Whether the partner's own pages may show ours.
  func isFramed(of partner: PartnerID?) -> Bool { !brand(of: partner).frameOrigins.isEmpty }

  /// - Parameters:
  ///   - partner: whose brand the page carries; nil: the service's own.
  ///   - targets: URLs to which the answer of the form may redirect: the client's redirect URI.
  func logIn(
    _ view: LogInView, of partner: PartnerID?, in language: Language, redirectingTo targets: [String]
  ) -> Response {
    let context = PageContext(view, brand(of: partner), language)
    return page(
      "logIn", context.values, view.message?.logInStatus ?? .ok, of: partner, language, targets, inPopUps: true)
  }

  func consent(
    _ view: ConsentView, of partner: PartnerID?, in language: Language, redirectingTo targets: [String]
  ) -> Response {
    let context = PageContext(view, language)
    let template =
      switch view.scope {
      case .service: "service"
      case .credential: "signing"
      case .creation: "creation"
      case .deletion: "deletion"
      }
    return page(
      template, context.values, view.message?.status ?? .ok, of: partner, language, targets, inPopUps: true)
  }

  func confirm(
    _ view: ConfirmView, of partner: PartnerID?, in language: Language, redirectingTo targets: [String] = []
  ) -> Response {
    let context = PageContext(view, language)
    return page("signing", context.values, view.message?.status ?? .ok, of: partner, language, targets)
  }

  func error(_ view: ErrorView, of partner: PartnerID?, in language: Language) -> Response {
    page("error", PageContext(view, language).values, view.kind.status, of: partner, language, [], inPopUps: true)
  }

  func done(_ view: DoneView, of partner: PartnerID?, in language: Language) -> Response {
    page("done", PageContext(view, language).values, .ok, of: partner, language, [])
  }

  func forward(_ view: ForwardView, of partner: PartnerID?, in language: Language) -> Response {
    page("forward", PageContext(view, language).values, .ok, of: partner, language, [], inPopUps: true)
  }

  private func brand(of partner: PartnerID?) -> Brand { partner.flatMap { brands[$0] } ?? standardBrand }

  /// - Parameter inPopUps: whether it is one of the pages that partners open. Those behind a link of a message are not.
  private func page(
    _ template: String, _ values: [String: Any], _ status: HTTPResponse.Status, of partner: PartnerID?,
    _ language: Language, _ targets: [String], inPopUps: Bool = false
  ) -> Response {
    let brand = brand(of: partner)
    let paths = partner.flatMap { assets.brands[$0] } ?? assets.standard
    let frame = PageContext.frame(brand, paths, style: assets.style, serviceName: serviceName, language)
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
    case .logInFailed, .missing, .wrong, .locked, .notEnough, .unsuitablePIN, .pinsDiffer, .otherCredential:
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
    case .notFound: .notFound
    case .tooManyTries: .tooManyRequests
    case .serverError: .internalServerError
    case .unavailable: .serviceUnavailable
    }
  }
}
