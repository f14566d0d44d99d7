public import AuditLog
internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets
internal import Throttling
internal import Vocabulary
internal import WireJSON

/// The audit log's files for everybody, or for the bearer of a token (C2SP tlog-tiles, "APIs").
public struct LogFiles: Sendable {
  /// The path of the log's address, with a slash at the end.
  static let address = "/log/"

  private let log: PublishedLog
  private let tokenDigest: [UInt8]?
  private let cosignatures: CosignatureTaker?
  private let wrong = AddressTries(.cosignatureAddress)
  private let repeated = AddressTries(.repeatedCosignatureAddress)

  /// - Parameters:
  ///   - token: a bearer token that callers must show. Nil: no caller needs one.
  ///   - cosignatures: takes those that witnesses bring. Nil: the log has no witnesses.
  public init(_ log: PublishedLog, token: String?, cosignatures: CosignatureTaker? = nil) {
    self.log = log
    self.cosignatures = cosignatures
    tokenDigest = token.map { OctetDigest.sha256($0) }
  }

  func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    if let refusal = refusal(of: request) {
      context.call.name = "log"
      context.call.refusal = Self.wrongToken
      return refusal
    }
    let path = request.uri.path
    guard path.startsWithOctets(of: Self.address),
      let file = try await log.file(String(Substring(path.utf8.dropFirst(Self.address.utf8.count))))
    else { return Response(status: .notFound) }
    // A cache on the way must not hand out what needs a token.
    let reach = tokenDigest == nil ? "public" : "private"
    switch file {
    case .checkpoint(let octets):
      return Self.response(octets, type: "text/plain; charset=utf-8", cache: "no-cache")
    case .tile(let octets):
      return Self.response(octets, type: "application/octet-stream", cache: "\(reach), max-age=31536000, immutable")
    }
  }

  // MARK: Cosignatures

  /// The checkpoint that witnesses are to cosign, as the log signed it.
  func offer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    context.call.name = Self.cosigning
    if let refusal = refusal(of: request) {
      context.call.refusal = Self.wrongToken
      return refusal
    }
    guard let octets = try await cosignatures?.offered() else {
      return Response(invalid: "There is no checkpoint to cosign", status: .notFound)
    }
    return Self.response(octets, type: "text/plain; charset=utf-8", cache: "no-cache")
  }

  /// Keeps the cosignatures of a note that a witness brings.
  ///
  /// - Throws: errors of the API, and what the store throws.
  func take(
    _ request: Request, _ context: GatewayContext, _ bodies: BodyReader, now: UnixTime
  ) async throws -> Response {
    context.call.name = Self.cosigning
    if let refusal = refusal(of: request) {
      context.call.refusal = Self.wrongToken
      return refusal
    }
    guard let cosignatures else {
      return Response(invalid: "The log has no witnesses", status: .notFound)
    }
    // A right note may wait, too: what is wrong with one costs a check of signatures to find out.
    let address = context.origin.address
    if let wait = wrong.wait(for: address, at: now) ?? repeated.wait(for: address, at: now) {
      throw CSCError.tooManyRequests(retryAfter: wait)
    }
    do {
      let isNew = try await cosignatures.take(try await bodies.smallBody(request))
      if !isNew { repeated.count(address, at: now) }
      return Response(status: .noContent)
    } catch let fault as CosignatureFault {
      context.call.refusal = "\(fault)"
      (fault.isWrong ? wrong : repeated).count(address, at: now)
      return Response(fault)
    }
  }

  private static let cosigning = "log/cosignatures"
  private static let wrongToken = "invalid_token"

  // MARK: Answers

  private static func response(_ octets: [UInt8], type: String, cache: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: cache],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
  }

  /// RFC 6750 §3.1: a caller without a token learns no error code.
  private func refusal(of request: Request) -> Response? {
    guard let tokenDigest else { return nil }
    let token = request.headers[.authorization].flatMap { BearerToken.text($0) }
    if let token, ConstantTime.isEqual(OctetDigest.sha256(token), tokenDigest) { return nil }
    var response = Response(
      json: ["error": "invalid_token", "error_description": "The log is for those who have its token"],
      status: .unauthorized)
    response.headers[.wwwAuthenticate] = token == nil ? "Bearer" : "Bearer error=\"invalid_token\""
    return response
  }
}

extension Response {
  fileprivate init(_ fault: CosignatureFault) {
    switch fault {
    case .malformed: self.init(invalid: "This is no checkpoint with cosignatures", status: .badRequest)
    case .foreign:
      self.init(invalid: "The log and a witness of it have not signed this", status: .forbidden)
    // As a witness tells the log what it has (C2SP tlog-witness, "add-checkpoint").
    case .older(let size):
      self.init(text: "\(size)\n", status: .conflict)
      headers[.contentType] = "text/x.tlog.size"
    case .forked: self.init(invalid: "The log does not lead to this checkpoint", status: .unprocessableContent)
    }
  }
}
