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
  /// Octets of those of one partner.
  static let documentShare = 96 << 20

  /// Runs `body` with the members of the request's JSON object.
  func withFields(
    of request: Request, for method: CSCModel.Method, from partner: String, _ body: (Fields) async throws -> Response
  ) async throws -> Response {
    guard method == .signDoc else { return try await body(fields(request, limits: .call)) }
    return try await bodyBudget.run(for: partner) { account in
      // What a sender announces takes nothing; what has arrived does.
      let octets = try await octets(of: request, atMost: Self.largestDocumentBody) { count, total in
        guard total > Self.largestBody else { return }
        // The first piece beyond the small limit brings what came before it into account.
        try account.take(total - count > Self.largestBody ? count : total)
      }
      guard octets.count > Self.largestBody else { return try await body(Self.fields(octets, limits: .documents)) }
      return try await body(
        workQueue.run { try Self.fields(octets, limits: .documents) })
    }
  }
}
