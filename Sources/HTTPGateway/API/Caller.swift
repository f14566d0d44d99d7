internal import CSCModel
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Vocabulary

/// The party for whom the bearer token of a call speaks.
enum Caller: Sendable {
  /// - Parameter remembered: of a token that was not looked up for this call.
  case service(TokenRecord, remembered: RememberedToken? = nil)
  /// A token of scope `credential`, which is a SAD and opens one credential.
  case credential(CredentialBearer)
  /// A token of scope `credential-creation` or `credential-deletion`, which carries out one lifecycle grant.
  case lifecycle(LifecycleBearer)

  var principal: Principal {
    switch self {
    case .service(let token, let remembered):
      Principal(
        partner: PartnerID(token.partner), signer: token.signer.map { SignerID($0) },
        client: token.client.map { ClientID($0) }, rememberedToken: remembered)
    case .credential(let bearer): bearer.principal
    case .lifecycle(let bearer): bearer.principal
    }
  }

  /// The SAD that the bearer is, as it was verified.
  var verified: VerifiedSAD? { if case .credential(let bearer) = self { bearer.verified } else { nil } }
  var sad: SignatureActivationData? { verified?.sad }

  /// A credential token opens its own credential and no other (CSC v2 §8.2.2).
  func check(_ credential: CredentialID) throws {
    if case .credential(let bearer) = self, bearer.credential != credential { throw Refusal.unknownCredential }
  }
}

extension CSCModel.Method {
  /// Whether a token of scope `credential` may call it.
  var takesCredentialTokens: Bool {
    switch self {
    case .credentialsInfo, .signHash, .signDoc, .signPolling: true
    case .info, .authLogin, .authRevoke, .credentialsList, .credentialsAuthorize, .credentialsAuthorizeCheck,
      .credentialsGetChallenge, .credentialsSendOTP, .credentialsExtendTransaction, .timestamp, .credentialsCreate,
      .credentialsDelete:
      false
    }
  }

  /// Whether its transaction looks for the access token itself, so that one that is remembered will do.
  var confirmsToken: Bool { self == .credentialsAuthorize || self == .signHash }

  /// Whether it carries out what a person granted.
  var takesLifecycleTokens: Bool { self == .credentialsCreate || self == .credentialsDelete }
}
