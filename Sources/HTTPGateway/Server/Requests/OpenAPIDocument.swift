internal import CSCModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets

/// A description of what this service answers, of `Specs/openapi/`.
struct OpenAPIDocument: Sendable {
  /// Both versions of the CSC API, the authorization server, and the service itself.
  static let service = OpenAPIDocument("openapi.yaml")
  static let partnerAPI = OpenAPIDocument("partner.yaml")

  private let text: ByteBuffer
  private let tag: String

  private init(_ name: String) {
    text = ByteBuffer(bytes: EmbeddedFiles.octets(name))
    tag = "\"" + Base64.encodeURL(Array(OctetDigest.sha256(Array(text.readableBytesView)).prefix(16))) + "\""
  }

  /// The document, or 304 if the caller's copy is the same (RFC 9110 §13.1.2).
  func response(to request: Request) -> Response {
    var response = Response(status: .ok, headers: [.eTag: tag, .cacheControl: "no-cache"])
    if let known = request.headers[.ifNoneMatch], matches(known) {
      response.status = .notModified
    } else {
      response.headers[.contentType] = "application/yaml"
      response.body = ResponseBody(byteBuffer: text)
    }
    return response
  }

  /// `*`, or a list of tags, of which a proxy may have made weak ones.
  private func matches(_ known: String) -> Bool {
    known.parts(separatedBy: UInt8(ascii: ",")).map { $0.trimmed() }.contains { candidate in
      ["*", tag, "W/" + tag].containsSame(as: candidate)
    }
  }
}
