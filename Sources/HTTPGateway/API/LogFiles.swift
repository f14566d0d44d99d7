public import AuditLog
internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets
internal import WireJSON

/// The audit log's files for everybody, or for the bearer of a token (C2SP tlog-tiles, "APIs").
public struct LogFiles: Sendable {
  /// The path of the log's address, with a slash at the end.
  static let address = "/log/"

  private let log: PublishedLog
  private let tokenDigest: [UInt8]?

  /// - Parameter token: a bearer token that callers must show. Nil: no caller needs one.
  public init(_ log: PublishedLog, token: String?) {
    self.log = log
    tokenDigest = token.map { OctetDigest.sha256($0) }
  }

  func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    if let refusal = refusal(of: request) {
      context.call.name = "log"
      context.call.refusal = "invalid_token"
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
