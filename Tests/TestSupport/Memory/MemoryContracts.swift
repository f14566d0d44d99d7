import Contracts
import Vocabulary

/// Contracts in memory.
struct MemoryContracts: Equatable {
  var revision: Int64 = 0
  var operators: [String: Operator] = [:]
  var partners: [PartnerID: StoredPartner] = [:]
  var clients: [ClientID: StoredClient] = [:]
  var changes: [String: Change] = [:]
}

extension MemoryTransaction: ContractWriting {
  private func looks() { uses(.shared, contracts: { [.registry($0)] }) }
  private func writes() { uses(.exclusive, contracts: { [.registry($0)] }) }

  func contractRevision() throws -> Int64 {
    looks()
    return state.contracts.revision
  }

  func operators() throws -> [Operator] {
    looks()
    return state.contracts.operators.values.sorted { $0.id < $1.id }
  }

  func storedPartners() throws -> [StoredPartner] {
    looks()
    return state.contracts.partners.values.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  func storedPartner(_ id: PartnerID) throws -> StoredPartner? {
    looks()
    return state.contracts.partners[id]
  }

  func storedClients() throws -> [StoredClient] {
    looks()
    return state.contracts.clients.values.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  func storedClient(_ id: ClientID) throws -> StoredClient? {
    looks()
    return state.contracts.clients[id]
  }

  func change(_ id: String) throws -> Change? {
    looks()
    return state.contracts.changes[id]
  }

  func changes(limit: Int) throws -> [Change] {
    looks()
    return Array(
      state.contracts.changes.values.sorted { ($1.proposed, $0.id) < ($0.proposed, $1.id) }.prefix(limit))
  }

  func put(contractRevision: Int64) throws {
    writes()
    state.contracts.revision = contractRevision
  }

  func put(_ person: Operator) throws {
    writes()
    state.contracts.operators[person.id] = person
  }

  func put(_ partner: StoredPartner) throws {
    writes()
    state.contracts.partners[partner.id] = partner
  }

  func put(_ client: StoredClient) throws {
    writes()
    state.contracts.clients[client.id] = client
  }

  func put(_ change: Change) throws {
    writes()
    state.contracts.changes[change.id] = change
  }
}
