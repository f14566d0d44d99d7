internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import OAuth
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// Octets of a body beyond which it is read on threads of its own. Those up to here take less than handing them over.
  private static let mostReadInline = 32 << 10

  /// The members of the request's JSON object. An empty body counts as `{}`.
  ///
  /// - Parameter limits: whether a token was shown.
  func fields(_ request: Request, atMost limit: Int, limits: JSONLimits) async throws -> Fields {
    try await fields(octets(of: request, atMost: limit), limits)
  }

  /// The members of a body's JSON object.
  func fields(_ octets: [UInt8], _ limits: JSONLimits) async throws -> Fields {
    try await reading(octets.count) { try Self.fields(octets, limits: limits) }
  }

  /// Runs `body`, which reads so many octets, where it keeps nobody waiting: Swift's own threads are as many as cores, and
  /// also answer whether the gateway lives.
  func reading<Output: Sendable>(
    _ octets: Int, _ body: @escaping @Sendable () throws -> Output
  ) async throws -> Output {
    guard octets > Self.mostReadInline else { return try body() }
    return try await readers.run(body)
  }

  /// Octets of a body, which may be sent without its length. What a sender announces takes nothing of the budget, what has
  /// arrived does.
  ///
  /// - Throws: `bodyTooLarge`, `temporarilyUnavailable`
  func octets(of request: Request, atMost limit: Int) async throws -> [UInt8] {
    let length = request.headers[.contentLength].flatMap(Int.init) ?? 0
    guard length <= limit else { throw CSCError.bodyTooLarge }
    var octets: [UInt8] = []
    var parts = request.body.makeAsyncIterator()
    while let part = try await Self.next(&parts) {
      let total = octets.count + part.readableBytes
      guard total <= limit else { throw CSCError.bodyTooLarge }
      try Hold.current?.take(part.readableBytes)
      octets.append(contentsOf: part.readableBytesView)
    }
    return octets
  }

  /// A body that breaks off is the client's doing, and no failure of ours.
  private static func next(_ parts: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
    do { return try await parts.next() } catch { throw CSCError.malformedRequest }
  }

  static func fields(_ body: [UInt8], limits: JSONLimits) throws -> Fields {
    guard !body.isEmpty else { return Fields(JSONObject()) }
    do {
      guard let object = try JSONValue.parse(body, limits: limits).object else {
        throw CSCError.malformedRequest
      }
      return Fields(object)
    } catch is JSONParseError {
      throw CSCError.malformedRequest
    }
  }

  /// The language that a call of `info` asks for: `lang` in its body, or in the query of a GET. Anything else in either
  /// decides nothing.
  func language(_ request: Request) async throws -> String? {
    if request.method == .get {
      return FormText.pairs((request.uri.query ?? "").utf8)?.first { $0.name == "lang" }?.value
    }
    let octets = try await octets(of: request, atMost: Self.largestSmallBody)
    return try? await fields(octets, .beforeToken).optionalString("lang")
  }

  /// Whom the bearer token of a protected method speaks for.
  func authenticate(
    _ header: String?, _ context: GatewayContext, _ method: CSCModel.Method, _ version: APIVersion
  ) async throws -> Caller {
    guard let header, let token = Self.bearer(header) else { throw CSCError.malformedHeader(method, version) }
    let caller = try await caller(token, method)
    guard let id = caller.principal.client else { return caller }
    // A client that the configuration no longer has, or has for another partner, has no tokens.
    guard let client = oauth.clients[id.text], client.partner == caller.principal.partner.text else {
      throw CSCError.invalidToken
    }
    if client.bindsTokens {
      let shown = await context.clientCertificate()
      guard let certificate = client.certificate, shown == certificate else {
        if shown == nil {
          logger.notice(
            "a token that is bound to a certificate came without it",
            metadata: ["client": "\(client.id)", "listener": "\(mutualTLSURL ?? "none asks for certificates")"])
        }
        throw CSCError.invalidToken
      }
    }
    return caller
  }

  private func caller(_ token: String, _ method: CSCModel.Method) async throws -> Caller {
    if let sad = Self.sad(token) {
      do {
        guard let bearer = try await signing.bearer(sad), method.takesCredentialTokens else {
          throw CSCError.invalidToken
        }
        return .credential(bearer)
      } catch Refusal.sadExpired {
        throw CSCError.expiredToken
      }
    }
    if let order = Self.order(token) {
      do {
        guard let bearer = try await signing.order(of: order), method.takesOrderTokens else {
          throw CSCError.invalidToken
        }
        return .order(bearer)
      } catch Refusal.orderExpired {
        throw CSCError.expiredToken
      }
    }
    do { return .service(try await tokens.authenticate(token)) } catch TokenService.Refusal.expired {
      throw CSCError.expiredToken
    } catch TokenService.Refusal.unknown {
      throw CSCError.invalidToken
    }
  }

  /// RFC 6750 §2.1, RFC 9110 §11.4: `Bearer` in any case, spaces, b64token.
  static func bearer(_ header: String) -> String? {
    let octets = Array(header.utf8)
    let scheme = octets.prefix { $0 != OctetClass.space }
    let token = octets[scheme.endIndex...].drop { $0 == OctetClass.space }
    guard scheme.isName("bearer"), !token.isEmpty,
      token.allSatisfy({ octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._~+/=".utf8.contains(octet)
        }
      })
    else { return nil }
    return String(decoding: token, as: UTF8.self)
  }
}
