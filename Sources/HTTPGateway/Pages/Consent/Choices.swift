internal import CSCModel
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Vocabulary

/// The things among which a logged-in person has to choose, because the client left it open.
struct ChoiceOffer {
  enum Options {
    case policies([CreationOffer])
    case credentials([Credential])
  }

  let options: Options
  /// Whether there are more than a page shows.
  let isCut: Bool

  /// Entries of a page (a limit of this service). The client can name any other.
  private static let most = 50

  init(policies: [CreationOffer]) {
    options = .policies(Array(policies.prefix(Self.most)))
    isCut = policies.count > Self.most
  }

  init(credentials: [Credential]) {
    options = .credentials(Array(credentials.prefix(Self.most)))
    isCut = credentials.count > Self.most
  }

  /// Values that the form brings back: certificate policies, or ids of credentials.
  var values: [String] {
    switch options {
    case .policies(let offers): offers.map(\.profile.policy)
    case .credentials(let credentials): credentials.map(\.id.rawValue)
    }
  }

  /// Canonical form of everything that the page shows of it.
  var canonical: [UInt8] {
    let parts =
      switch options {
      case .policies(let offers): offers.map { $0.canonical() }
      case .credentials(let credentials): credentials.map { $0.canonical() }
      }
    // Canonical texts have no zero octet.
    return Array("choice".utf8) + parts.flatMap { [0] + $0 } + [isCut ? 1 : 2]
  }
}

extension Offers {
  /// The choice that the request leaves open, whether or not something was chosen before. Nil if it leaves none.
  func choice(_ visit: PageVisit) async throws -> ChoiceOffer? {
    let (transaction, client) = (visit.transaction, visit.asking.client)
    guard transaction.user != nil else { throw TransactionRefusal.unknown }
    guard let details = transaction.request.credential, let asked = LifecycleRequest(json: details.value), asked.isOpen
    else { return nil }
    return try await choices(asked, asking(transaction, client).principal)
  }

  /// The request as it is offered, with what the person chose, or with the only thing that there is to choose.
  ///
  /// - Returns: nil if this person cannot have any of it.
  func chosen(
    _ asked: LifecycleRequest, _ transaction: AuthorizationTransaction, _ principal: Principal
  ) async throws -> Chosen? {
    guard asked.isOpen else { return .request(asked) }
    if let choice = transaction.choice { return .request(asked.choosing(choice)) }
    let offer = try await choices(asked, principal)
    guard let first = offer.values.first else { return nil }
    return offer.values.count == 1 ? .request(asked.choosing(first)) : .open(offer)
  }

  enum Chosen {
    case request(LifecycleRequest)
    case open(ChoiceOffer)
  }

  private func choices(_ asked: LifecycleRequest, _ principal: Principal) async throws -> ChoiceOffer {
    switch asked.kind {
    case .creation(_, let subject):
      ChoiceOffer(
        policies: try await issuance.creationChoices(
          claim: SubjectClaim(subject), askable: FactorID.askable, as: principal))
    case .deletion:
      ChoiceOffer(credentials: try await issuance.deletionChoices(askable: FactorID.askable, as: principal))
    }
  }
}
