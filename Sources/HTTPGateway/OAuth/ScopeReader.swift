internal import CSCModel
internal import Issuance
internal import OAuth
internal import Registry
internal import SoleControl
internal import Vocabulary

/// Reads what a request of another scope than `service` asks for.
struct ScopeReader: Sendable {
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let bodies: BodyReader
  let lifecycle: LifecycleMethods

  static let richTypes = ["credential", "https://cloudsignatureconsortium.org/2025/credential"]

  /// Parameters of a request that is not rich (CSC v2 §8.2.2). Next to `authorization_details` they would say something
  /// a second time.
  static let singleParameters = [
    "credentialID", "signatureQualifier", "numSignatures", "hashes", "hash", "hashAlgorithmOID", "hashAlgo",
    "description", "certificatePolicy",
  ]

  /// Refuses what could never be granted, before anybody is asked to log in.
  func reader(_ version: CSCVersion) -> AuthorizationServer.CredentialReader {
    { parameters, client in
      if parameters["authorization_details"] != nil,
        let second = Self.singleParameters.first(where: { parameters[$0] != nil })
      {
        throw OAuthError.invalid(second)
      }
      if let details = try await lifecycleDetails(parameters, client, version) { return details }
      let asked: CredentialScopeRequest
      let details = parameters["authorization_details"]
      do {
        asked =
          if let details {
            try await bodies.reading(details.utf8.count) { try CredentialScopeRequest(details: details) }
          } else {
            try CredentialScopeRequest(parameters: { parameters[$0] }, version)
          }
        let terms = try asked.terms()
        if let id = asked.credentialID {
          let credential = try await soleControl.authorizations.check(
            SoleControl.AuthorizationRequest(asked, CredentialID(id), terms, client: client.id.rawValue),
            as: Principal(partner: client.partner, signer: nil, client: client.id))
          guard asked.signatureQualifier == nil || asked.signatureQualifier == credential.qualifier else {
            throw OAuthError.invalid("signatureQualifier")
          }
        }
      } catch Refusal.authorizedElsewhere {
        // By `credentials/authorize`, whose text would send the caller here.
        throw OAuthError.invalid("credentialID")
      } catch let error as Refusal {
        let error = error.cscError(version)
        throw error.kind == .badRequest ? OAuthError(error.code, error.text) : OAuthError.temporarilyUnavailable
      } catch let error as CSCError {
        throw OAuthError(error.code, error.text)
      }
      return CredentialDetails(asked.json, isRich: details != nil)
    }
  }

  /// The request with scope `credential-creation` or `credential-deletion`; nil for other requests. Refuses one that
  /// could never be granted, before anybody is asked to log in.
  private func lifecycleDetails(
    _ parameters: OAuth.Parameters, _ client: Client, _ version: CSCVersion
  ) async throws -> CredentialDetails? {
    let asked: LifecycleRequest
    let details = parameters["authorization_details"]
    do {
      if let details {
        let request = try await bodies.reading(details.utf8.count) { try LifecycleRequest(details: details) }
        guard let read = request else { return nil }
        guard version == .v2, lifecycle.includes(isCreation: read.isCreation) else {
          throw CSCError.invalidAuthorizationDetails
        }
        asked = read
      } else {
        let scope = try parameters["scope"].map(Scope.init(parameter:))
        guard scope == .credentialCreation || scope == .credentialDeletion else { return nil }
        guard version == .v2, lifecycle.includes(isCreation: scope == .credentialCreation) else {
          throw OAuthError.invalidScope
        }
        asked = try LifecycleRequest(isCreation: scope == .credentialCreation) { parameters[$0] }
      }
      switch asked.kind {
      case .creation(let policy?, _):
        guard let profile = issuance.authority?.profile(policy) else { throw IssuanceRefusal.policyNotOffered }
        guard profile.reaches(oneOf: asked.acrValues) else { throw CSCError.invalidAuthorizationDetails }
      // The person is asked.
      case .creation(nil, _), .deletion(nil): break
      case .deletion(let id?):
        _ = try await issuance.offerDeletion(
          of: CredentialID(id), askable: FactorID.askable,
          as: Principal(partner: client.partner, signer: nil, client: client.id))
      }
    } catch Refusal.policyNotSatisfied {
      // Its factors cannot be asked for on the page.
      throw OAuthError.invalid("credentialID")
    } catch let error as IssuanceRefusal {
      throw OAuthError(error.cscError)
    } catch let error as Refusal {
      let error = error.cscError(version)
      throw error.kind == .badRequest ? OAuthError(error) : OAuthError.temporarilyUnavailable
    } catch let error as CSCError {
      throw OAuthError(error)
    }
    return CredentialDetails(
      asked.json, isRich: details != nil,
      scope: asked.isCreation ? .credentialCreation : .credentialDeletion)
  }
}

/// The parts of a credential's life that clients may ask for: there is a CA of the service, and the operator did not
/// leave the method out for which the token would be.
struct LifecycleMethods: Sendable {
  let creation, deletion: Bool

  init(_ issuance: IssuanceService, _ info: ServiceInfo) {
    let isIssuing = issuance.authority != nil
    creation = isIssuing && info.offers(.credentialsCreate)
    deletion = isIssuing && info.offers(.credentialsDelete)
  }

  func includes(isCreation: Bool) -> Bool { isCreation ? creation : deletion }
}
