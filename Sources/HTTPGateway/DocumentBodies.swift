internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import WireJSON

extension Gateway {
  /// Octets of the body of signDoc, which carries documents.
  static let largestDocumentBody = 64 << 20
  /// Octets of all bodies beyond `largestBody` that are worked on at a time. Meanwhile their documents exist several
  /// times over.
  static let documentBudget = 128 << 20

  /// Runs `body` with the members of the request's JSON object.
  func withFields(
    of request: Request, for method: CSCModel.Method, _ body: (Fields) async throws -> Response
  ) async throws -> Response {
    guard method == .signDoc else { return try await body(fields(request)) }
    // A body of unknown length counts as the longest one.
    let length = request.headers[.contentLength].flatMap(Int.init) ?? Self.largestDocumentBody
    guard length <= Self.largestDocumentBody else { throw CSCError.bodyTooLarge }
    guard length > Self.largestBody else { return try await body(fields(request)) }
    return try await bodyBudget.run(taking: length) {
      let octets = try await octets(of: request, atMost: Self.largestDocumentBody)
      return try await body(
        workQueue.run { try Self.fields(octets, limits: JSONLimits(size: Self.largestDocumentBody)) })
    }
  }
}
