internal import BlockingWork
public import CSCModel
public import DocumentSigning
internal import HTTPTypes
public import Hummingbird
public import Issuance
public import Logging
public import OAuth
public import Registry
public import SoleControl
public import TimestampAuthority
public import Vocabulary

/// The service over HTTP: translates wire values into calls of the core and its answers and errors back. Here its parts
/// are put together; each answers for one subject.
public struct Gateway: Sendable {
  var info: ServiceInfo
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let jobs: JobService
  let tokens: TokenService
  let oauth: AuthorizationServer
  let eidLogIn: any EIDLogIn
  let partners: any PartnerDirectory
  let pages: Pages
  let logger: Logger
  let now: @Sendable () -> UnixTime
  /// The time-stamping authority; nil if there is none.
  public var timestamps: TimestampService?
  /// AdES signatures of documents; nil if there are none.
  public var documents: DocumentSigningService?
  /// The partner API; nil if it is not offered.
  public var partnerAPI: PartnerAPI?
  /// The audit log's files for everybody; nil if they are not served.
  public var logFiles: LogFiles?
  /// Receipts of signatures; nil if there are none.
  public var receipts: ReceiptFiles?
  /// The page for operators; nil if there is none.
  public var operatorPage: OperatorPage?
  /// Nil if callers connect by themselves.
  public var trustedProxy: TrustedProxy?
  /// Base URL of the listener where clients show certificates, without a trailing slash (RFC 8705 §5). Nil if there is
  /// none.
  public var mutualTLSURL: String?
  private let unreadableProxy = Once()
  /// For requests with documents.
  public var documentThreads: any DocumentWorker = ThreadPool.documents()
  private let bodies = BodyReader()
  var octetBudget = OctetBudget()
  private let readinessProbe: ReadinessProbe

  /// - Parameters:
  ///   - partners: asked at every use. A partner that is not there gets the service's own look.
  ///   - checkReadiness: throws if a part that every signature needs does not work.
  public init(
    info: ServiceInfo, soleControl: SoleControlServices, issuance: IssuanceService, jobs: JobService,
    tokens: TokenService,
    oauth: AuthorizationServer, eidLogIn: any EIDLogIn, partners: any PartnerDirectory, logger: Logger,
    now: @escaping @Sendable () -> UnixTime, checkReadiness: @escaping @Sendable () async throws -> Void
  ) {
    self.info = info
    self.soleControl = soleControl
    self.issuance = issuance
    self.jobs = jobs
    self.tokens = tokens
    self.oauth = oauth
    self.eidLogIn = eidLogIn
    self.partners = partners
    pages = Pages(serviceName: info.name, language: info.language, partners: partners)
    self.logger = logger
    self.now = now
    readinessProbe = ReadinessProbe(checkReadiness)
  }

  /// Answers every request.
  public func responder() -> some HTTPResponder<GatewayContext> {
    FrontResponder(routes: router().buildResponder(), logger: logger)
  }

  private func router() -> Router<GatewayContext> {
    let unanswered = Unanswered(pages: pages)
    let routes = Routes(unanswered: unanswered)
    // The outermost first.
    for middleware: any Routes.Middleware in [
      CallLogging(logger: logger), CrossOrigin(partners: partners), unanswered,
      OriginReading(proxy: trustedProxy, unreadable: unreadableProxy, logger: logger),
      Admission(budget: octetBudget, pages: pages),
    ] {
      routes.router.add(middleware: middleware)
    }
    let scopes = ScopeReader(
      soleControl: soleControl, issuance: issuance, bodies: bodies, lifecycle: LifecycleMethods(issuance, info))
    let forms = PageForms(
      oauth: oauth, bodies: bodies, redirects: Redirects(issuer: oauth.rules.issuer), looks: pages.looks)
    OAuthEndpoints(
      oauth: oauth, soleControl: soleControl, issuance: issuance, tokens: tokens, bodies: bodies, scopes: scopes,
      mutualTLSURL: mutualTLSURL, offersPartnerAPI: partnerAPI != nil
    ).addRoutes(to: routes)
    consentRoutes(forms, scopes).add(to: routes)
    ConfirmPages(soleControl: soleControl, tokens: tokens, pages: pages, forms: forms).addRoutes(to: routes)
    InvitationPages(invitations: issuance.invitations, tokens: tokens, pages: pages, forms: forms).addRoutes(to: routes)
    AppNotifications(soleControl: soleControl, bodies: bodies).addRoutes(to: routes)
    for version in CSCVersion.allCases {
      routes.add(
        below: "csc/\(version.rawValue)", through: APIErrors(version: version), handler: methods(version).answer)
    }
    routes.add("receipts/:name", through: APIErrors(version: .v2), get: methods(.v2).receipt)
    if let partnerAPI {
      PartnerEndpoints(
        api: partnerAPI,
        callers: PartnerAuthentication(
          tokens: tokens, partners: partners, mutualTLSURL: mutualTLSURL, logger: logger), bodies: bodies,
        now: now
      ).addRoutes(to: routes)
    }
    addFiles(to: routes)
    return routes.router
  }

  private func methods(_ version: CSCVersion) -> CSCMethods {
    CSCMethods(
      version: version, info: info, bodies: bodies,
      bearers: BearerAuthentication(
        soleControl: soleControl, issuance: issuance, tokens: tokens, partners: partners,
        mutualTLSURL: mutualTLSURL,
        logger: logger),
      tokens: TokenMethods(soleControl: soleControl, issuance: issuance, tokens: tokens),
      credentials: CredentialMethods(
        soleControl: soleControl, issuance: issuance, tokens: tokens, language: info.language,
        notOffered: FactorID.notOffered(by: info), now: now),
      authorization: AuthorizationMethods(
        soleControl: soleControl, offersCheck: version == .v2 && info.offers(.credentialsAuthorizeCheck)),
      signing: SigningMethods(
        soleControl: soleControl, jobs: jobs, tokens: tokens, documents: documents, documentThreads: documentThreads,
        offersPolling: info.offers(.signPolling), receipts: receipts),
      timestamps: timestamps)
  }

  private func consentRoutes(_ forms: PageForms, _ scopes: ScopeReader) -> ConsentRoutes {
    let consent = ConsentPages(
      oauth: oauth, soleControl: soleControl, pages: pages, forms: forms,
      offers: Offers(soleControl: soleControl, issuance: issuance, now: now),
      grants: Grants(oauth: oauth, soleControl: soleControl, issuance: issuance, now: now))
    return ConsentRoutes(
      logIn: LogInPages(oauth: oauth, pages: pages, forms: forms, scopes: scopes, consent: consent), consent: consent,
      eid: EIDPages(
        oauth: oauth, soleControl: soleControl, provider: eidLogIn, pages: pages, forms: forms, consent: consent),
      errors: PageErrors(pages: pages, redirects: forms.redirects))
  }

  /// Adds the routes whose answers are the same for every caller.
  private func addFiles(to routes: Routes) {
    routes.add("health/live", get: { _, _ in Response(text: "alive\n") })
    routes.add("health/ready", get: { _, _ in await readiness() })
    routes.add("logo.png", get: { _, _ in Logo.response })
    for folder in ["assets", "brand"] {
      routes.add("\(folder)/**", get: { request, _ in try await pages.file(request.uri.path) })
    }
    // Known also where it is off, so that a wrong method is told as such.
    routes.add(
      "log/**",
      get: { [logFiles] request, context in
        guard let logFiles else { return Response(status: .notFound) }
        return try await logFiles.answer(request, context)
      })
    routes.add(
      "log/cosignatures", through: APIErrors(version: .v2),
      get: { [logFiles] request, context in
        guard let logFiles else { return Response(status: .notFound) }
        return try await logFiles.offer(request, context)
      },
      post: { [logFiles, bodies, now] request, context in
        guard let logFiles else { return Response(status: .notFound) }
        return try await logFiles.take(request, context, bodies, now: now())
      })
    routes.add(
      "operator",
      get: { [operatorPage, pages, now] request, context in
        guard let operatorPage else { return Response(status: .notFound) }
        return try await operatorPage.answer(request, context, pages, now: now())
      })
    routes.add("openapi.yaml", get: { request, _ in OpenAPIDocument.service.response(to: request) })
  }

  private func readiness() async -> Response {
    do {
      try await readinessProbe.check()
      return Response(text: "ready\n")
    } catch {
      logger.warning("not ready", metadata: ["reason": "\(ErrorText.of(error))"])
      return Response(text: "not ready; the log tells why\n", status: .serviceUnavailable)
    }
  }
}
