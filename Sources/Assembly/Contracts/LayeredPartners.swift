import Contracts
import Foundation
import Logging
import Octets
import Registry
import ServiceLifecycle
import Synchronization
import Vocabulary

/// The partners of the configuration, and below them those of the store, which every gateway of the store has at once.
///
/// Those of the store are held in memory and followed (`ContractFollower`). A gateway that cannot follow them for
/// `patience` does not answer for them any more: it would not know who was suspended.
final class LayeredPartners: PartnerDirectory {
  private struct State {
    /// Of the contracts that are held; nil before they were read for the first time.
    var revision: Int64?
    /// Beginning of the last look that was answered, while they are followed.
    var answered: ContinuousClock.Instant?
    var onReceipts: (@Sendable () -> Void)?
    /// Partners of the configuration that the store has too, or whose client it has: which of the two counts is not
    /// known, and nothing is signed for them.
    var twins: Set<PartnerID> = []
    /// Partners that the configuration had and has no more.
    var gone: Set<PartnerID> = []
  }

  static let patience = Duration.seconds(5)

  private let file: MemoryPartnerDirectory
  /// A partner that moves from the configuration to the store has a greater revision there.
  private let stored = MemoryPartnerDirectory(after: 1 << 32)
  private let filed: Mutex<[Partner]>
  private let state = Mutex(State())
  private let contracts: ContractService
  private let secrets: ContractSecrets
  private let now: @Sendable () -> ContinuousClock.Instant
  private let logger = Logger(label: "contracts")

  init(
    _ partners: [Partner], _ contracts: ContractService, _ secrets: ContractSecrets,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    file = MemoryPartnerDirectory(partners)
    filed = Mutex(partners)
    self.contracts = contracts
    self.secrets = secrets
    self.now = now
  }

  /// - Parameter want: called when there is a partner in the store whose answers say where receipts are.
  func onReceipts(_ want: @escaping @Sendable () -> Void) { state.withLock { $0.onReceipts = want } }

  // MARK: The directory

  func partner(_ id: PartnerID) async throws -> Partner? {
    if var partner = await file.partner(id) {
      if state.withLock({ $0.twins.contains(id) }) { partner.isSuspended = true }
      return partner
    }
    try await beFresh()
    if let partner = await stored.partner(id) { return partner }
    return state.withLock { $0.gone.contains(id) } ? Self.unknown(id) : nil
  }

  func client(_ id: ClientID) async throws -> Client? {
    if let client = await file.client(id) { return client }
    try await beFresh()
    return await stored.client(id)
  }

  func browserOrigins() async throws -> Set<OctetText> {
    let (filed, kept) = (await file.browserOrigins(), await stored.browserOrigins())
    return kept.isEmpty ? filed : filed.union(kept)
  }

  private func beFresh() async throws {
    let (isRead, answered) = state.withLock { ($0.revision != nil, $0.answered) }
    if let answered {
      guard answered.duration(to: now()) <= Self.patience else { throw DirectoryUnavailable() }
    } else if !isRead {
      // A command, which follows nothing.
      do { try await refresh() } catch { throw DirectoryUnavailable() }
    }
  }

  // MARK: The file

  /// Takes the configuration's partners.
  ///
  /// - Returns: those that came, went or changed.
  /// - Throws: `ConfigError` if the store has one of the same id.
  func replaceFile(with partners: [Partner]) throws -> [PartnerID] {
    try refuseTwins(partners, stored.partners)
    let before = filed.withLock { filed in
      defer { filed = partners }
      return filed
    }
    // Their customers' tokens are still there, and jobs wait.
    state.withLock { $0.gone.formUnion(before.map(\.id)) }
    noteTwins()
    return file.replace(with: partners)
  }

  /// Tells of partners that came into the store although the configuration has them.
  private func noteTwins() {
    let partners = stored.partners
    let ids = Set(partners.map(\.id))
    let clients = Set(partners.flatMap(\.clients).map(\.id))
    let twins = filed.withLock { $0 }.filter { partner in
      ids.contains(partner.id) || partner.clients.contains { clients.contains($0.id) }
    }.map(\.id)
    let before = state.withLock { state in
      defer { state.twins = Set(twins) }
      return state.twins
    }
    for twin in twins where !before.contains(twin) {
      logger.error(
        "a partner is in the configuration and in the database: nothing is signed for it until one of them is gone",
        metadata: ["partner": "\(twin)"])
    }
  }

  private func refuseTwins(_ filed: [Partner], _ stored: [Partner]) throws {
    func names(_ partners: [Partner]) -> Set<String> {
      Set(partners.map { "partner \($0.id)" } + partners.flatMap(\.clients).map { "client \($0.id)" })
    }
    guard let twin = names(filed).intersection(names(stored)).min() else { return }
    throw ConfigError(
      description: "\(twin) is in the configuration and in the database; take it out of the configuration")
  }

  // MARK: The store

  /// Reads the store's partners.
  ///
  /// - Throws: `ConfigError` if the configuration has one of them too.
  func begin() async throws {
    try await refresh()
    try refuseTwins(filed.withLock { $0 }, stored.partners)
  }

  /// From now on they are answered for as long as looks succeed.
  func follow() { state.withLock { [now] in $0.answered = now() } }

  /// Looks whether there was an act since, and takes what there is then.
  func look() async throws {
    let began = now()
    let revision = try await contracts.revision()
    if state.withLock({ $0.revision }) != revision { try await refresh() }
    state.withLock { $0.answered = began }
  }

  private func refresh() async throws {
    let all = try await contracts.contracts()
    let partners = read(all)
    let changed = stored.replace(with: partners)
    noteTwins()
    let onReceipts = state.withLock { state in
      state.revision = all.revision
      return state.onReceipts
    }
    if partners.contains(where: \.receipts) { onReceipts?() }
    guard !changed.isEmpty else { return }
    logger.notice(
      "took contracts from the database",
      metadata: [
        "revision": "\(all.revision)", "partnersChanged": "\(changed.map(\.rawValue).joined(separator: ", "))",
      ])
  }

  /// Partners that cannot be read, or were there and are not now, count as suspended: tokens of their customers are
  /// still there. Their clients may go on taking away and reading; those that cannot be read do not exist.
  private func read(_ all: Contracts) -> [Partner] {
    var clients: [PartnerID: [Client]] = [:]
    for stored in all.clients where !stored.isRemoved {
      do { clients[stored.partner, default: []].append(try ContractTerms.client(stored, secrets)) } catch {
        logger.error("a client's contract cannot be read", metadata: ["client": "\(stored.id)", "reason": "\(error)"])
      }
    }
    let found = all.partners.map { stored -> Partner in
      do {
        var partner = try ContractTerms.partner(stored, secrets)
        partner.clients = clients[stored.id] ?? []
        return partner
      } catch {
        logger.error(
          "a partner's contract cannot be read", metadata: ["partner": "\(stored.id)", "reason": "\(error)"])
        return Self.unknown(stored.id, clients[stored.id] ?? [])
      }
    }
    let ids = Set(found.map(\.id))
    return found + stored.partners.map(\.id).filter { !ids.contains($0) }.map { Self.unknown($0, clients[$0] ?? []) }
  }

  private static func unknown(_ id: PartnerID, _ clients: [Client] = []) -> Partner {
    var partner = Partner(id: id, name: id.rawValue)
    partner.isSuspended = true
    partner.clients = clients
    return partner
  }
}

/// Looks for acts of other processes while the service runs: in force within a second.
struct ContractFollower: ServiceLifecycle.Service {
  private static let pause = Duration.milliseconds(400)

  let partners: LayeredPartners
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      partners.follow()
      var fails = false
      while (try? await Task.sleep(for: Self.pause)) != nil {
        do {
          try await partners.look()
          if fails { logger.notice("contracts are followed again") }
          fails = false
        } catch {
          if !fails { logger.error("contracts cannot be followed", metadata: ["reason": "\(error)"]) }
          fails = true
        }
      }
    }
  }
}
