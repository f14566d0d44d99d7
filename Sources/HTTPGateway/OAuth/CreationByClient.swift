internal import CSCModel
internal import Issuance
internal import OAuth
internal import Registry
internal import SoleControl
internal import Vocabulary

/// The order of a trusted client that a credential be made for a customer of its partner. The text leaves open how such
/// a request says for whom: `userID`, as in `credentials/list` (CSC v2 §11.6).
extension OAuthEndpoints {
  func order(
    _ policy: String, _ claim: SubjectClaim, _ parameters: OAuth.Parameters, _ client: Client
  ) async throws -> IssuedLifecycleToken {
    guard let user = parameters["userID"] else { throw CSCError.missingString("userID") }
    guard UserID.isWellFormed(user), let signer = try await tokens.signer(named: user, of: client.partner.rawValue)
    else { throw CSCError.invalidParameter("userID") }
    return try await issuance.grantCreation(
      policy: policy, claim: claim, of: SignerID(signer), named: user, language: language(parameters),
      byTrusted: client.id, as: Self.principal(client))
  }

  /// Longest tag of a language (RFC 5646 §4.4.1).
  private static let longestLanguage = 35

  private func language(_ parameters: OAuth.Parameters) throws -> String? {
    guard let language = parameters["lang"] else { return nil }
    guard 1...Self.longestLanguage ~= language.utf8.count else { throw CSCError.invalidParameter("lang") }
    return language
  }
}
