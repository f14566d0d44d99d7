package import Contracts
import Foundation
import Octets
import Registry
import SoleControl
package import Vocabulary

/// Contracts, as operators change them by commands.
package struct ContractOffice: Sendable {
  /// An operator's signature over a statement, made with a key that no part of the service has.
  package typealias Sign = @Sendable (ContractStatement) throws -> OperatorProof

  let contracts: ContractService
  let secrets: ContractSecrets
  private let filed: (partners: Set<String>, clients: Set<String>)
  private let random: @Sendable (Int) async throws -> [UInt8]

  /// Octets of a secret that is made here.
  private static let secretLength = 32

  init(
    _ config: Config, store: Stores.Store, device: any SigningDevice, now: @escaping @Sendable () -> UnixTime
  ) async throws {
    contracts = Self.service(config, store, now: now)
    secrets = try await ContractSecrets.derived(from: device, service: config.service)
    filed = (
      Set(config.partners.map(\.id.rawValue)), Set(config.partners.flatMap(\.clients).map(\.id.rawValue))
    )
    random = { try await device.random(count: $0) }
  }

  static func service(
    _ config: Config, _ store: Stores.Store, now: @escaping @Sendable () -> UnixTime
  ) -> ContractService {
    var rules = ContractService.Rules(service: config.service)
    rules.approvals = config.approvals
    return ContractService(store: store.contracts, rules: rules, now: now)
  }

  // MARK: Looking

  package func all() async throws -> Contracts { try await contracts.contracts() }
  package func operators() async throws -> [Operator] { try await contracts.operators() }
  package func changes() async throws -> [Change] { try await contracts.changes() }

  // MARK: Acting

  package func perform(_ act: ContractAct, _ sign: Sign) async throws -> ContractService.Outcome {
    if let partner = act.partner?.rawValue, filed.partners.contains(partner) {
      throw ConfigError(
        description: "partner \(partner) is in the configuration: change it there, and have the gateways read it again")
    }
    let proof = try sign(await contracts.statement(of: act))
    return try await contracts.perform(act, proof, changeID: Hex.encode(try await random(16)))
  }

  /// - Parameter digest: of the act that is decided on, hexadecimal, as its reader saw it; nil for a rejection.
  package func decide(
    _ change: String, approves: Bool, digest: String?, _ sign: Sign
  ) async throws -> Change {
    if let digest {
      guard let waiting = try await contracts.changes().first(where: { $0.id == change }) else {
        throw ContractRefusal.unknown(change)
      }
      guard Hex.encode(waiting.act.digest) == digest.lowercased() else {
        throw ConfigError(description: "the change is another one: its digest is not \(digest)")
      }
    }
    let proof = try sign(await contracts.statement(ofDecision: approves, on: change))
    return try await contracts.decide(change, approves: approves, proof)
  }

  /// - Parameters:
  ///   - path: of the partner's file.
  ///   - warn: told what is weak.
  package func addPartner(
    _ path: String, _ sign: Sign, warn: (String) -> Void
  ) async throws -> ContractService.Outcome {
    let draft = try ContractTerms.partnerDraft(path)
    let id = PartnerID(draft.id)
    let record = try await record(draft, ContractTerms.name(id))
    let notes = ConfigNotes()
    _ = try ContractTerms.partner(
      StoredPartner(id: id, revision: 0, isSuspended: false, record: record), secrets, notes: notes)
    notes.warnings.forEach(warn)
    return try await perform(.addPartner(id, record), sign)
  }

  /// - Returns: also the client's secret, if it was made here: it is told once.
  package func addClient(
    _ path: String, of partner: PartnerID, _ sign: Sign, warn: (String) -> Void
  ) async throws -> (outcome: ContractService.Outcome, secret: String?) {
    var draft = try ContractTerms.clientDraft(path)
    let id = ClientID(draft.id)
    guard !filed.clients.contains(draft.id) else { throw ContractRefusal.idTaken(draft.id) }
    var made: String?
    if draft.needsSecret, draft.secret == nil {
      made = Base64.encodeURL(try await random(Self.secretLength))
      draft.secret = made
    }
    let client = StoredClient(id: id, partner: partner, record: try await record(draft, ContractTerms.name(id)))
    let notes = ConfigNotes()
    let read = try ContractTerms.client(client, secrets, notes: notes)
    if let stored = try await all().partners.first(where: { $0.id == partner }) {
      var whole = try ContractTerms.partner(stored, secrets)
      whole.clients = [read]
      try whole.checkClients(ContractTerms.reader(ContractTerms.name(id), client.record, secrets, ConfigNotes()))
    }
    notes.warnings.forEach(warn)
    return (try await perform(.addClient(id, of: partner, client.record), sign), made)
  }

  private func record(_ draft: ContractTerms.Draft, _ name: String) async throws -> ContractRecord {
    guard let secret = draft.secret else { return ContractRecord(draft.members, sealed: nil) }
    return ContractRecord(draft.members, sealed: try secrets.seal(secret, of: name, salt: try await random(16)))
  }
}
