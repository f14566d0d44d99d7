internal import CSCModel
internal import DocumentSigning
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import TimestampAuthority
internal import Vocabulary
internal import WireJSON

/// One call of a protected method: in whose name, from where, and by which version's rules.
struct APICall: Sendable {
  let version: CSCVersion
  let caller: Caller
  let origin: RequestOrigin

  var principal: Principal { caller.principal }
}

/// The methods of the CSC API, of one version: which exist, who may call them, and which handler answers.
struct CSCMethods: Sendable {
  let version: CSCVersion
  let info: ServiceInfo
  let bodies: BodyReader
  let bearers: BearerAuthentication
  let tokens: TokenMethods
  let credentials: CredentialMethods
  let authorization: AuthorizationMethods
  let signing: SigningMethods
  /// Nil if there is no time-stamping authority.
  let timestamps: TimestampService?

  /// Answers a request below `csc/v1` or `csc/v2`.
  func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let method = Method(rawValue: context.parameters.getCatchAll().joined(separator: "/"))
    context.call.name = "csc/\(version.rawValue)/\(method?.rawValue ?? "unknown")"
    guard let method, method.exists(in: version), isAvailable(method) else { throw CSCError.notImplemented }
    // Before the token: browsers ask without one (Fetch §4.8).
    guard request.method != .options else {
      return Routes.options(allowed(method))
    }
    guard request.method == .post || method == .info && request.method == .get else {
      var response = Response(CSCError.methodNotAllowed)
      response.headers[.allow] = allowed(method)
      return response
    }
    switch method {
    case .info: return try await describe(request)
    case .authLogin:
      try request.checkCoding()
      let fields = try await bodies.fields(request)
      return try await tokens.logIn(
        LoginRequest(fields, authorization: request.headers[.authorization]), from: context.origin)
    default:
      let caller = try await bearers.caller(request, context, method, version)
      let call = APICall(version: version, caller: caller, origin: context.origin)
      return try await bearers.confirming(caller) { try await answer(request, context, to: method, call) }
    }
  }

  /// The methods of HTTP by which one of the API is called.
  private func allowed(_ method: CSCModel.Method) -> String {
    Routes.allowed(method == .info ? [.get, .post] : [.post])
  }

  /// A receipt below `/receipts/`, for the bearers of tokens that may ask for the signatures themselves.
  func receipt(_ request: Request, _ context: GatewayContext) async throws -> Response {
    context.call.name = "receipts"
    guard let receipts = signing.receipts else { return ReceiptFiles.nothing }
    let caller = try await bearers.caller(request, context, .signPolling, version)
    let partner = caller.principal.partner.rawValue
    context.call.partner = partner
    try Hold.current?.belongs(to: partner)
    Holdings.current?.partner = partner
    return try await receipts.answer(context.parameters.require("name"), as: caller.principal)
  }

  private func answer(
    _ request: Request, _ context: GatewayContext, to method: CSCModel.Method, _ call: APICall
  ) async throws -> Response {
    let partner = call.principal.partner.rawValue
    context.call.partner = partner
    try Hold.current?.belongs(to: partner)
    Holdings.current?.partner = partner
    try request.checkCoding()
    return try await bodies.withFields(of: request, for: method) { fields in
      try await bearers.checkAgain(call.caller, context, method)
      return try await answer(fields, to: method, call)
    }
  }

  private func answer(_ fields: Fields, to method: CSCModel.Method, _ call: APICall) async throws -> Response {
    switch method {
    case .info, .authLogin: throw CSCError.notImplemented
    case .authRevoke: try await tokens.revoke(fields, call)
    case .credentialsList: try await credentials.list(fields, call)
    case .credentialsInfo: try await credentials.info(fields, call)
    case .credentialsCreate: try await credentials.create(fields, call)
    case .credentialsDelete: try await credentials.delete(fields, call)
    case .credentialsAuthorize: try await authorization.authorize(fields, call)
    case .credentialsAuthorizeCheck: try await authorization.check(fields, call)
    case .credentialsExtendTransaction: try await authorization.extend(fields, call)
    case .credentialsGetChallenge: try await authorization.challenge(fields, call)
    case .credentialsSendOTP: try await authorization.sendCode(fields, call)
    case .signHash: try await signing.signHash(fields, call)
    case .signPolling: try await signing.poll(fields, call)
    case .signDoc: try await signing.signDoc(fields, call)
    case .timestamp: try await timestamp(fields)
    }
  }

  /// Whether the part behind a method is there, and the operator offers it. All other methods answer 501 and are not
  /// announced.
  private func isAvailable(_ method: CSCModel.Method) -> Bool {
    guard info.offers(method) else { return false }
    return switch method {
    case .timestamp: timestamps != nil
    case .signDoc: signing.documents != nil
    case .credentialsCreate, .credentialsDelete: credentials.issuance.authority != nil
    default: true
    }
  }

  /// `info`
  private func describe(_ request: Request) async throws -> Response {
    let localized = info.localized(try await bodies.language(request))
    let documents = isAvailable(.signDoc) ? signing.documentSupport : .none
    return Response(json: localized.json(version, documents: documents, isAvailable: isAvailable))
  }

  /// `signatures/timestamp`
  private func timestamp(_ fields: Fields) async throws -> Response {
    guard let timestamps else { throw CSCError.notImplemented }
    let request = try CSCModel.TimestampRequest(fields)
    guard
      let question = TimestampAuthority.TimestampRequest(
        hash: request.hash, digest: request.digest, nonce: request.nonce)
    else { throw CSCError.digestLength }
    return Response(json: ["timestamp": .string(Base64.encode(try await timestamps.token(for: question)))])
  }
}
