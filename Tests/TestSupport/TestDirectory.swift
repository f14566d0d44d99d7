public import Octets
public import Registry
import Synchronization
public import Vocabulary

/// A directory of partners that a test changes between two questions, and takes away.
public final class TestDirectory: PartnerDirectory {
  private struct State {
    var partners: [Partner]
    /// Questions that it still answers.
    var answersLeft = Int.max
  }

  private let state: Mutex<State>
  private let memory: MemoryPartnerDirectory

  public init(_ partners: [Partner] = []) {
    state = Mutex(State(partners: partners))
    memory = MemoryPartnerDirectory(partners)
  }

  public var partners: [Partner] { state.withLock { $0.partners } }

  /// From now on there are these and no others.
  public func replace(with partners: [Partner]) {
    state.withLock { $0.partners = partners }
    memory.replace(with: partners)
  }

  /// Changes one partner. One that is not there is added.
  public func change(_ id: PartnerID, _ body: (inout Partner) throws -> Void) rethrows {
    var partners = partners
    if !partners.contains(where: { $0.id == id }) { partners.append(Partner(id: id, name: id.rawValue)) }
    for index in partners.indices where partners[index].id == id { try body(&partners[index]) }
    replace(with: partners)
  }

  /// Changes one client.
  public func change(client id: ClientID, _ body: (inout Client) -> Void) {
    var partners = partners
    for partner in partners.indices {
      for index in partners[partner].clients.indices where partners[partner].clients[index].id == id {
        body(&partners[partner].clients[index])
      }
    }
    replace(with: partners)
  }

  public func remove(client id: ClientID) {
    var partners = partners
    for partner in partners.indices { partners[partner].clients.removeAll { $0.id == id } }
    replace(with: partners)
  }

  /// Whether it answers.
  public func set(isAway: Bool) { set(answersLeft: isAway ? 0 : .max) }

  /// From now on it answers so many questions, and is away then.
  public func set(answersLeft: Int) { state.withLock { $0.answersLeft = answersLeft } }

  private func requireAnswer() throws {
    try state.withLock { state in
      guard state.answersLeft > 0 else { throw DirectoryUnavailable() }
      state.answersLeft -= 1
    }
  }

  public func partner(_ id: PartnerID) async throws -> Partner? {
    try requireAnswer()
    return await memory.partner(id)
  }

  public func client(_ id: ClientID) async throws -> Client? {
    try requireAnswer()
    return await memory.client(id)
  }

  public func browserOrigins() async throws -> Set<OctetText> {
    try requireAnswer()
    return await memory.browserOrigins()
  }
}

extension Partner {
  /// Partners with these clients, in the order in which they occur.
  public static func list(of clients: [Client]) -> [Partner] {
    clients.reduce(into: []) { partners, client in
      if !partners.contains(where: { $0.id == client.partner }) {
        partners.append(Partner(id: client.partner, name: client.partner.rawValue))
      }
      for index in partners.indices where partners[index].id == client.partner {
        partners[index].clients.append(client)
      }
    }
  }

  /// The same partner with statements of this policy, whose keys are nowhere.
  public func stating(_ policy: StatementPolicy) -> Partner {
    var partner = self
    var statements = Statements(issuer: "https://\(id).example", levels: [:], keys: .file("/nonexistent"))
    statements.policy = policy
    partner.statements = statements
    return partner
  }
}
