internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import TimestampAuthority
internal import WireJSON

extension Gateway {
  /// `signatures/timestamp`
  func timestamp(_ request: CSCModel.TimestampRequest) async throws -> Response {
    guard let timestamps else { throw CSCError.notImplemented }
    guard
      let question = TimestampAuthority.TimestampRequest(
        hash: request.hash.core, digest: request.digest, nonce: request.nonce)
    else { throw CSCError.digestLength }
    return Response(json: ["timestamp": .string(Base64.encode(try await timestamps.token(for: question)))])
  }
}
