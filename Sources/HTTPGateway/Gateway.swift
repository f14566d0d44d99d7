internal import Attempts
public import CSCModel
public import DocumentSigning
internal import HTTPTypes
public import Hummingbird
public import Logging
public import OAuth
public import SoleControl
public import TimestampAuthority
internal import WireJSON

/// The CSC API over HTTP: translates wire values into calls of the core and its answers and errors back.
public struct Gateway: Sendable {
  /// Octets of a request body.
  static let largestBody = 1 << 20
  /// Octets of a body that nobody needs a token for, and of forms of people.
  static let largestSmallBody = 16 << 10

  let info: ServiceInfo
  let signing: SigningService
  let jobs: SigningJobs
  let tokens: TokenService
  let oauth: AuthorizationServer
  let eidLogIn: any EIDLogIn
  let brands: [PartnerID: Brand]
  let pages: Pages
  let logger: Logger
  let now: @Sendable () -> UnixTime
  /// The time-stamping authority; nil if there is none.
  public var timestamps: TimestampService?
  /// AdES signatures of documents; nil if there are none.
  public var documents: DocumentSigningService?
  /// Nil if callers connect by themselves.
  public var trustedProxy: TrustedProxy?
  /// Base URL of the listener where clients show certificates, without a trailing slash (RFC 8705 §5). Nil if there is none.
  public var mutualTLSURL: String?
  let unreadableProxy = Once()
  /// Whose pages' scripts may read answers of the API and the authorization server.
  public var browserOrigins: Set<BrowserOrigin> = []
  /// For requests with documents.
  public var workQueue = WorkQueue()
  /// For reading large bodies.
  let readers = WorkQueue(waitingLine: 100)
  var octetBudget = OctetBudget()
  private let readinessProbe: ReadinessProbe

  /// - Parameters:
  ///   - brands: how the pages of the partners look; the others get the service's own look.
  ///   - checkReadiness: throws if a part that every signature needs does not work.
  public init(
    info: ServiceInfo, signing: SigningService, jobs: SigningJobs, tokens: TokenService, oauth: AuthorizationServer,
    eidLogIn: any EIDLogIn, brands: [PartnerID: Brand], logger: Logger,
    now: @escaping @Sendable () -> UnixTime, checkReadiness: @escaping @Sendable () async throws -> Void
  ) {
    self.info = info
    self.signing = signing
    self.jobs = jobs
    self.tokens = tokens
    self.oauth = oauth
    self.eidLogIn = eidLogIn
    self.brands = brands
    pages = Pages(serviceName: info.name, language: info.language, brands: brands)
    self.logger = logger
    self.now = now
    readinessProbe = ReadinessProbe(checkReadiness)
  }

  /// Answers every request.
  public func responder() -> some HTTPResponder<GatewayContext> {
    FrontResponder(gateway: self, routes: router().buildResponder())
  }

  private func router() -> Router<GatewayContext> {
    let routes = Routes(otherwise: wrongMethod)
    routes.router.add(middleware: Admission(gateway: self))
    addOAuthRoutes(to: routes)
    addConfirmRoutes(to: routes)
    addAppRoutes(to: routes)
    for version in APIVersion.allCases {
      for method in Routes.verbs {
        routes.router.on("csc/\(version.rawValue)/**", method: method) { request, context in
          await answer(request, context, path: context.parameters.getCatchAll(), version)
        }
      }
    }
    routes.add("health/live", get: { _, _ in Response(text: "alive\n") })
    routes.add("health/ready", get: { _, _ in await readiness() })
    routes.add("logo.png", get: { _, _ in Logo.response })
    for folder in ["assets", "brand"] {
      routes.add("\(folder)/**", get: { request, _ in pages.assets.response(request.uri.path) })
    }
    routes.add("openapi.yaml", get: { request, _ in OpenAPIDocument.response(to: request) })
    return routes.router
  }

  private func answer(
    _ request: Request, _ context: GatewayContext, path: [Substring], _ version: APIVersion
  ) async -> Response {
    let method = Method(rawValue: path.joined(separator: "/"))
    let call = CallLog(method: "csc/\(version.rawValue)/\(method?.rawValue ?? "unknown")", logger: logger)
    var response: Response
    do {
      response = try await answer(request, context, to: method, version, call)
    } catch {
      response = Response(cscError(for: error, version, call))
    }
    call.end(&response)
    return response
  }

  private func answer(
    _ request: Request, _ context: GatewayContext, to method: CSCModel.Method?, _ version: APIVersion, _ call: CallLog
  ) async throws -> Response {
    guard let method, method.exists(in: version), isAvailable(method) else { throw CSCError.notImplemented }
    let allowed = Routes.allowed(get: method == .info, post: true)
    // Before the token: browsers ask without one (Fetch §4.8).
    guard request.method != .options else { return Routes.options(allowed) }
    guard request.method == .post || method == .info && request.method == .get else {
      var response = Response(CSCError.methodNotAllowed)
      response.headers[.allow] = allowed
      return response
    }
    let header = request.headers[.authorization]
    switch method {
    case .info:
      let localized = info.localized(try await language(request))
      return Response(json: localized.json(version, documents: documentSupport, isAvailable: isAvailable))
    case .authLogin:
      try checkCoding(request)
      let fields = try await fields(request, atMost: Self.largestSmallBody, limits: .beforeToken)
      return try await logIn(
        LoginRequest(fields, authorization: header, version), from: origin(request, context, isPerson: false))
    default:
      let caller = try await authenticate(header, context, method, version)
      call.partner = caller.principal.partner.text
      try Hold.current?.belongs(to: caller.principal.partner.text)
      Holdings.current?.partner = caller.principal.partner.text
      try checkCoding(request)
      let origin = origin(request, context, isPerson: false)
      return try await withFields(of: request, for: method) {
        try await answer($0, to: method, version, as: caller, from: origin)
      }
    }
  }

  private func answer(
    _ fields: Fields, to method: CSCModel.Method, _ version: APIVersion, as caller: Caller, from origin: Origin
  ) async throws -> Response {
    let principal = caller.principal
    switch method {
    case .info, .authLogin: throw CSCError.notImplemented
    case .authRevoke: return try await revoke(RevokeRequest(fields), as: caller)
    case .credentialsList: return try await listCredentials(CredentialsListRequest(fields), version, as: principal)
    case .credentialsInfo: return try await credentialInfo(CredentialsInfoRequest(fields), version, as: caller)
    case .credentialsAuthorize:
      return try await authorize(AuthorizeRequest(fields, version), version, as: principal, from: origin)
    case .credentialsAuthorizeCheck: return try await authorizeCheck(AuthorizeCheckRequest(fields), as: principal)
    case .credentialsExtendTransaction:
      return try await extendTransaction(ExtendTransactionRequest(fields, version), as: principal)
    case .credentialsSendOTP:
      let request = try SendOTPRequest(fields)
      return try await sendCode(request.credentialID, request.description, as: principal, from: origin)
    case .credentialsCreate: return try await createCredential(fields, version, as: caller)
    case .credentialsDelete: return try await deleteCredential(fields, as: caller)
    case .credentialsGetChallenge: return try await challenge(GetChallengeRequest(fields), as: principal, from: origin)
    case .signHash:
      return try await signHash(SignHashRequest(fields, version, needsSAD: caller.sad == nil), version, as: caller)
    case .signPolling: return try await poll(SignPollingRequest(fields), version, as: principal)
    case .signDoc: return try await signDoc(fields, as: caller)
    case .timestamp: return try await timestamp(CSCModel.TimestampRequest(fields))
    }
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
