public import Registry
import Vocabulary

/// Token revocation by a client (RFC 7009, CSC v1 §8.3.4).
extension AuthorizationServer {
  /// - Throws: `TokenService.Refusal.unknown` for a token that is not this client's.
  public func revoke(_ token: String, client: Client) async throws {
    try await tokens.revoke(token) { $0.client == client.id.rawValue }
  }
}
