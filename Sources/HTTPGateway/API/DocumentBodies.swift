internal import CSCModel
internal import Hummingbird
internal import WireJSON

extension Gateway {
  /// Octets of the body of signDoc, which carries documents.
  static let largestDocumentBody = 64 << 20

  /// Runs `body` with the members of the request's JSON object.
  func withFields(
    of request: Request, for method: CSCModel.Method, _ body: (Fields) async throws -> Response
  ) async throws -> Response {
    let octets = try await octets(of: request, atMost: method == .signDoc ? Self.largestDocumentBody : Self.largestBody)
    let count = octets.count
    // The answer has an account of its own.
    defer { Hold.current?.give(count) }
    return try await body(fields(octets, method == .signDoc ? .documents : .call))
  }
}
