internal import HTTPTypes

/// Reason to refuse a request by the form of its message alone, before its content is looked at.
///
/// A server and a proxy in front of it that read such a message differently can be made to take one caller's octets for
/// another's request (RFC 9112 §11.2).
enum FramingRefusal: String, Error, CaseIterable {
  case requestLine, unknownMethod, version, target, targetTooLong
  case headTooLarge, fieldLine, foldedLine, lineEnd
  case hostMissing, hostRepeated, hostInvalid, hostDiffers
  case transferCodingInVersion10, transferCodingAndLength, transferCodingUnknown, transferCoding, contentLength
  case connectionField

  var status: HTTPResponse.Status {
    switch self {
    // RFC 9110 §15.6.2, RFC 9112 §6.1
    case .unknownMethod, .transferCodingUnknown: .notImplemented
    case .version: .httpVersionNotSupported
    case .targetTooLong: .uriTooLong
    case .headTooLarge: .requestHeaderFieldsTooLarge
    default: .badRequest
    }
  }

  /// Text for the caller. It holds nothing of the request.
  var text: String {
    switch self {
    case .requestLine: "Malformed request line"
    case .unknownMethod: "Unknown request method"
    case .version: "Only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken here"
    case .target: "Invalid request target"
    case .targetTooLong: "The request target is too long"
    case .headTooLarge: "The header fields are too large"
    case .fieldLine: "Malformed header field"
    case .foldedLine: "A header field goes on in a second line"
    case .lineEnd: "A line ends without CR LF"
    case .hostMissing: "There is no Host"
    case .hostRepeated: "There is more than one Host"
    case .hostInvalid: "Invalid Host"
    case .hostDiffers: "Host and :authority differ"
    case .transferCodingInVersion10: "HTTP/1.0 has no Transfer-Encoding"
    case .transferCodingAndLength: "Transfer-Encoding and Content-Length exclude each other"
    case .transferCodingUnknown: "The only transfer coding is chunked"
    case .transferCoding: "The last transfer coding is chunked, without parameters, and only the last"
    case .contentLength: "Invalid Content-Length"
    case .connectionField: "HTTP/2 has no header fields for the connection"
    }
  }

  /// The scheme that tells a refused request apart. No request from outside keeps one but `http` and `https`.
  private static let scheme = "refused"

  /// Head that goes to the responder in place of the request, so that the refusal keeps its place among the answers of
  /// the connection and ends it.
  var head: HTTPRequest {
    HTTPRequest(
      method: .get, scheme: Self.scheme, authority: rawValue, path: "/", headerFields: [.connection: "close"])
  }

  /// Nil if the request is not refused.
  init?(_ head: HTTPRequest) {
    guard head.scheme == Self.scheme, let name = head.authority else { return nil }
    self.init(rawValue: name)
  }
}
