internal import CSCModel
internal import DocumentSigning
internal import Issuance
internal import OAuth
internal import Registry
internal import SoleControl
internal import Vocabulary

/// A credential authorization that the logged-in user may grant.
struct ConsentRequest {
  let credential: Credential
  let asked: CredentialScopeRequest
  /// The same, as sole control takes it.
  let wanted: SoleControl.AuthorizationRequest
  /// All that goes with each document that is asked for.
  let terms: [DocumentTerms]
  let principal: Principal

  /// The credential's id if the service chose it, not the client.
  var serviceChoice: String? { asked.credentialID == nil ? credential.id.rawValue : nil }
}

/// A lifecycle grant that the logged-in person may give.
enum LifecycleOffer {
  case creation(CreationOffer, Principal)
  case deletion(Credential, Principal)

  /// Canonical form of everything that the page shows of it.
  var canonical: [UInt8] {
    switch self {
    case .creation(let creation, _): creation.canonical()
    case .deletion(let credential, _): credential.canonical()
    }
  }
}

/// Something that a logged-in person may grant: all that the page shows besides the request itself.
enum Offer {
  case service
  case credential(ConsentRequest)
  case lifecycle(LifecycleOffer)
  case choice(ChoiceOffer)

  /// A form is good only for this.
  var canonical: [UInt8] {
    switch self {
    case .service: []
    // The whole row: certificate, description, factors.
    case .credential(let offered): offered.credential.canonical()
    case .lifecycle(let offer): offer.canonical
    case .choice(let offer): offer.canonical
    }
  }

  /// The credential's id if the service chose it, not the client.
  var serviceChoice: String? { if case .credential(let offered) = self { offered.serviceChoice } else { nil } }
}

/// A credential whose factors a page asks for.
struct FactorRequest {
  let credential: Credential
  /// The request for which they are asked.
  let wanted: SoleControl.AuthorizationRequest
  /// The client's words about the transaction.
  let description: String?
  let principal: Principal

  var id: CredentialID { credential.id }
}

extension Offer {
  /// Nil for pages that ask for no credential's factors.
  func factorRequest(_ transaction: AuthorizationTransaction) -> FactorRequest? {
    switch self {
    case .service, .choice: nil
    case .lifecycle(.creation(let creation, let principal)):
      FactorRequest(
        credential: creation.proof, wanted: .creation(policy: creation.profile.policy, by: creation.proof.id),
        description: nil, principal: principal)
    case .credential(let offered):
      FactorRequest(
        credential: offered.credential, wanted: offered.wanted, description: offered.asked.description,
        principal: offered.principal)
    case .lifecycle(.deletion(let credential, let principal)):
      FactorRequest(
        credential: credential, wanted: .deletion(of: credential.id), description: nil, principal: principal)
    }
  }
}

/// Finds out what a logged-in person may grant of what a client asks for.
struct Offers: Sendable {
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let now: @Sendable () -> UnixTime

  /// Nil if this person cannot have what is asked for.
  func offer(_ visit: PageVisit) async throws -> Offer? {
    let (transaction, client) = (visit.transaction, visit.asking.client)
    guard transaction.user != nil else { throw TransactionRefusal.unknown }
    return switch transaction.request.scope {
    case .service: .service
    case .credential: try await credential(transaction, client).map(Offer.credential)
    case .credentialCreation, .credentialDeletion: try await lifecycle(transaction, client)
    }
  }

  /// Nil if the user has no credential that fits: it may be another's, or not usable for this.
  private func credential(
    _ transaction: AuthorizationTransaction, _ client: Client
  ) async throws -> ConsentRequest? {
    let (principal, signer, details) = try asking(transaction, client)
    guard let asked = CredentialScopeRequest(json: details.value) else { throw StoreError.corrupt }
    let candidates =
      if let id = asked.credentialID { [CredentialID(id)] } else {
        try await soleControl.credentials.list(of: signer, after: nil, limit: Self.mostCandidates, as: principal)
          .filter { $0.qualifier == asked.signatureQualifier && $0.isValid(at: now()) }.map(\.id)
      }
    let terms = try asked.terms()
    for id in candidates {
      let wanted = SoleControl.AuthorizationRequest(asked, id, terms, client: transaction.request.client)
      do {
        let credential = try await soleControl.authorizations.check(wanted, as: principal)
        return ConsentRequest(
          credential: credential, asked: asked, wanted: wanted, terms: terms, principal: principal)
      } catch let refusal as Refusal where refusal.isAboutTheOffer {}
    }
    return nil
  }

  /// Credentials of a user among which a `signatureQualifier` chooses.
  private static let mostCandidates = 1000

  /// Nil if this person cannot have it: the credential is another's, or the name is not the person's.
  private func lifecycle(
    _ transaction: AuthorizationTransaction, _ client: Client
  ) async throws -> Offer? {
    let (principal, _, details) = try asking(transaction, client)
    guard let asked = LifecycleRequest(json: details.value) else { throw StoreError.corrupt }
    do {
      switch try await chosen(asked, transaction, principal) {
      case .open(let offer)?: return .choice(offer)
      case .request(let request)?: return try await lifecycle(request, principal).map(Offer.lifecycle)
      case nil: return nil
      }
    } catch let refusal as Refusal where refusal.isAboutTheOffer {
      return nil
    } catch let refusal as IssuanceRefusal where refusal.isAboutTheOffer {
      return nil
    }
  }

  private func lifecycle(_ asked: LifecycleRequest, _ principal: Principal) async throws -> LifecycleOffer? {
    switch asked.kind {
    case .creation(let policy?, let subject):
      // The configuration may have changed since the request was read.
      guard issuance.authority?.profile(policy)?.reaches(oneOf: asked.acrValues) ?? true else { return nil }
      return .creation(
        try await issuance.offerCreation(
          policy: policy, claim: SubjectClaim(subject), askable: FactorID.askable, as: principal), principal)
    case .deletion(let id?):
      return .deletion(
        try await issuance.offerDeletion(of: CredentialID(id), askable: FactorID.askable, as: principal), principal)
    case .creation(nil, _), .deletion(nil): return nil
    }
  }

  /// The person who logged in, as a customer of the client's partner, and what the client asks for.
  func asking(
    _ transaction: AuthorizationTransaction, _ client: Client
  ) throws -> (principal: Principal, signer: SignerID, details: CredentialDetails) {
    guard let user = transaction.user, let details = transaction.request.credential else { throw StoreError.corrupt }
    let signer = SignerID(user.signer)
    return (Principal(partner: client.partner, signer: signer, client: client.id), signer, details)
  }
}

extension Refusal {
  /// Whether this person cannot have what was asked for. All else is no answer to the client: a device that is busy, or
  /// a fault that somebody has to look at.
  fileprivate var isAboutTheOffer: Bool {
    switch self {
    case .unknownCredential, .credentialDisabled, .authorizedElsewhere, .tooManySignatures, .digestsMissing,
      .tooManyDigests, .policyNotSatisfied:
      true
    default: false
    }
  }
}

extension IssuanceRefusal {
  /// As `Refusal.isAboutTheOffer`.
  fileprivate var isAboutTheOffer: Bool {
    switch self {
    case .policyNotOffered, .notRegistered, .notProven, .subjectDiffers: true
    case .unsuitablePIN, .unknownLink, .invalidLifecycleToken, .lifecycleTokenExpired, .otherCredential, .onlyByOwner,
      .notRevocable:
      false
    }
  }
}
