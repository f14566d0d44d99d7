public import Vocabulary
public import WireJSON

/// `credentials/delete` (CSC v2 §11.5).
public struct CredentialsDeleteRequest: Sendable {
  public let credentialID: String
  /// The reason for which the certificate is to be revoked. Nil if the caller asks for no revocation.
  public let reason: RevocationReason?

  /// Reads `credentialDeletionRequest`. A `credentialID` next to it, or alone, is the spelling of earlier clients; two
  /// that differ are refused.
  public init(_ fields: Fields) throws {
    let nested = try fields.value(["credentialDeletionRequest"])
    guard nested == nil || nested?.object != nil else { throw CSCError.missingDeletionRequest }
    let request = Fields(nested?.object ?? JSONObject())
    let named = try [request, fields].compactMap { try $0.value(["credentialID"]) }
    let texts = named.compactMap(\.string)
    guard let id = texts.first, texts.count == named.count else { throw CSCError.missingCredentialIDToDelete }
    guard texts.allSatisfy({ $0.utf8.elementsEqual(id.utf8) }) else { throw CSCError.contradictingCredentialIDs }
    credentialID = id
    reason = try Self.reason(request)
    _ = try fields.optionalString("clientData", "client_data")
  }

  /// Only what `revoke` asks for is looked at.
  private static func reason(_ request: Fields) throws -> RevocationReason? {
    guard try request.optionalBool("revoke") ?? false else { return nil }
    guard let reason = RevocationReason(rawValue: try request.integer("revocationReason")) else {
      throw CSCError.invalidParameter("revocationReason")
    }
    return reason
  }
}
