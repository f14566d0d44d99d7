internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import OAuth
internal import Octets
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// The members of the request's JSON object. An empty body counts as `{}`.
  ///
  /// - Parameter limits: whether a token was shown.
  func fields(_ request: Request, limits: JSONLimits) async throws -> Fields {
    try Self.fields(await octets(of: request, atMost: Self.largestBody), limits: limits)
  }

  /// Octets of a body, which may be sent without its length.
  ///
  /// - Parameter arrived: called with the octets of each piece and of all so far.
  func octets(
    of request: Request, atMost limit: Int, arrived: (_ count: Int, _ total: Int) throws -> Void = { _, _ in }
  ) async throws -> [UInt8] {
    let length = request.headers[.contentLength].flatMap(Int.init) ?? 0
    guard length <= limit else { throw CSCError.bodyTooLarge }
    var octets: [UInt8] = []
    var parts = request.body.makeAsyncIterator()
    while let part = try await Self.next(&parts) {
      let total = octets.count + part.readableBytes
      guard total <= limit else { throw CSCError.bodyTooLarge }
      try arrived(part.readableBytes, total)
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
  func language(_ request: Request) async -> String? {
    if request.method == .get {
      return FormText.pairs((request.uri.query ?? "").utf8)?.first { $0.name == "lang" }?.value
    }
    return try? await fields(request, limits: .beforeToken).optionalString("lang")
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
      guard let certificate = client.certificate, await context.clientCertificate() == certificate else {
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

  /// RFC 6750 §2.1: `Bearer`, one space, b64token.
  static func bearer(_ header: String) -> String? {
    let parts = header.parts(separatedBy: UInt8(ascii: " "), most: 3)
    guard parts.count == 2, parts[0].loweringASCII() == "bearer", !parts[1].isEmpty,
      parts[1].utf8.allSatisfy({ octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._~+/=".utf8.contains(octet)
        }
      })
    else { return nil }
    return String(parts[1])
  }
}
