internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import WireJSON

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-ID")!
}

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status,
      // Answers hold tokens and SADs, so caches on the way must not keep them.
      headers: [.contentType: "application/json;charset=UTF-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.compact())))
  }

  init(text: String, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// The only place where an error gets its status code.
  init(_ error: CSCError) {
    self.init(json: error.json, status: error.kind.status)
    switch error.kind {
    case .unauthenticated:
      let isLogin = error.code == "invalid_request"
      headers[.wwwAuthenticate] =
        isLogin ? #"Basic realm="countersign", charset="UTF-8""# : #"Bearer error="\#(error.code)""#
    // RFC 6750 §3. Without an error code, as no token was looked at.
    case .noCredentials: headers[.wwwAuthenticate] = #"Bearer realm="countersign""#
    case .temporarilyUnavailable: headers[.retryAfter] = "\(error.retryAfter)"
    case .tooManyRequests(let seconds): headers[.retryAfter] = "\(seconds)"
    case .unsupportedCoding: headers[.acceptEncoding] = "identity"
    // RFC 6750 §3: for tokens, not for documents.
    case .forbidden where error == .insufficientScope: headers[.wwwAuthenticate] = #"Bearer error="insufficient_scope""#
    case .badRequest, .forbidden, .methodNotAllowed, .contentTooLarge, .serverError, .notImplemented: break
    }
  }
}

extension CSCError.Kind {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .badRequest, .noCredentials: .badRequest
    case .unauthenticated: .unauthorized
    case .forbidden: .forbidden
    case .methodNotAllowed: .methodNotAllowed
    case .contentTooLarge: .contentTooLarge
    case .unsupportedCoding: .unsupportedMediaType
    case .serverError: .internalServerError
    case .notImplemented: .notImplemented
    case .temporarilyUnavailable: .serviceUnavailable
    case .tooManyRequests: .tooManyRequests
    }
  }
}
