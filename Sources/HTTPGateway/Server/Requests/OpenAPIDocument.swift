internal import CSCModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets

/// The description of everything this service answers, which is `Specs/openapi/openapi.yaml`.
enum OpenAPIDocument {
  /// The document, or 304 if the caller's copy is the same (RFC 9110 §13.1.2).
  static func response(to request: Request) -> Response {
    var response = Response(status: .ok, headers: [.eTag: tag, .cacheControl: "no-cache"])
    if let known = request.headers[.ifNoneMatch], matches(known) {
      response.status = .notModified
    } else {
      response.headers[.contentType] = "application/yaml"
      response.body = ResponseBody(byteBuffer: text)
    }
    return response
  }

  private static let text = ByteBuffer(bytes: EmbeddedFiles.octets("openapi.yaml"))

  private static let tag =
    "\"" + Base64.encodeURL(Array(OctetDigest.sha256(Array(text.readableBytesView)).prefix(16))) + "\""

  /// `*`, or a list of tags, of which a proxy may have made weak ones.
  private static func matches(_ known: String) -> Bool {
    known.parts(separatedBy: UInt8(ascii: ",")).map { $0.trimmed() }.contains { candidate in
      ["*", tag, "W/" + tag].containsSame(as: candidate)
    }
  }
}
