internal import Foundation
internal import GRDB
public import SoleControl
internal import Synchronization

/// Compares the lease, if there is one, in each transaction.
final class Fence: Sendable {
  fileprivate struct State {
    var lease: InstanceLease?
    var isLost = false
  }

  fileprivate let state = Mutex(State())

  func set(_ lease: InstanceLease?) { state.withLock { $0 = State(lease: lease) } }

  /// Marks the lease as lost, for a caller that knows otherwise that another process may have taken the place.
  func lose() { state.withLock { $0.isLost = $0.lease != nil } }

  /// The lease that was lost.
  var lost: InstanceLease? { state.withLock { $0.isLost ? $0.lease : nil } }

  /// - Throws: `LeaseError.lost`.
  func check(_ transaction: Transaction) throws {
    let (lease, isLost) = state.withLock { ($0.lease, $0.isLost) }
    guard let lease else { return }
    if !isLost, try transaction.holds(lease) { return }
    lose()
    throw LeaseError.lost(lease.name)
  }
}

extension SQLiteFileStore {
  /// Makes this process the holder. From then on everything that this store writes is written under the lease.
  ///
  /// - Parameters:
  ///   - machine: names the running system. The caller has made sure that no other process of the same one holds the
  ///     lease, so what such a process left is taken at once.
  ///   - life: time for which a holder elsewhere that does not renew is waited for.
  /// - Throws: `LeaseError.held` if another process renews it.
  public func takeLease(
    of name: String, incarnation: String, machine: String, life: Duration = .seconds(15)
  ) async throws -> InstanceLease {
    try await takeLease(of: name, incarnation: incarnation, machine: machine, life: life, clock: ContinuousClock())
  }

  /// - Parameter clock: measures `life`; tests move it.
  func takeLease(
    of name: String, incarnation: String, machine: String, life: Duration, clock: some Clock<Duration>
  ) async throws -> InstanceLease {
    let end = clock.now.advanced(by: life)
    var seen: LeaseRow?
    while true {
      let known = clock.now >= end ? seen : nil
      let (lease, row) = try await writer.write { transaction in
        let row = try transaction.leaseRow(of: name)
        guard row == nil || row?.isFree == true || row?.machine == machine || row == known else {
          return (nil as InstanceLease?, row)
        }
        let lease = InstanceLease(name: name, incarnation: incarnation, fence: (row?.fence ?? 0) &+ 1)
        try transaction.put(lease, machine: machine)
        return (lease, row)
      }
      if let lease {
        writer.fence.set(lease)
        return lease
      }
      if let seen, seen != row { throw LeaseError.held(name) }
      seen = row
      try await clock.sleep(for: .milliseconds(500))
    }
  }

  /// Shows the others that this process lives.
  ///
  /// - Throws: `LeaseError.lost`.
  public func renewLease() async throws {
    do { try await writer.write { [fence = writer.fence] in try fence.renew($0) } } catch {
      try checkLease()
      throw error
    }
  }

  /// Lets another process take the name at once. Nothing is written afterwards.
  public func giveBackLease() async throws {
    try await writer.write { [fence = writer.fence] in try fence.giveBack($0) }
    writer.fence.lose()
  }

  /// Ends this process's right, because it knows otherwise that it has none.
  public func loseLease() { writer.fence.lose() }

  /// - Throws: `LeaseError.lost`.
  public func checkLease() throws { if let lost = writer.fence.lost { throw LeaseError.lost(lost.name) } }
}

extension Fence {
  fileprivate func renew(_ transaction: Transaction) throws {
    guard let lease = state.withLock({ $0.lease }) else { return }
    try transaction.execute("UPDATE instance_lease SET renewals = renewals + 1 WHERE name = ?", [lease.name])
  }

  fileprivate func giveBack(_ transaction: Transaction) throws {
    guard let lease = state.withLock({ $0.lease }) else { return }
    try transaction.execute("UPDATE instance_lease SET is_free = 1 WHERE name = ?", [lease.name])
  }
}

struct LeaseRow: Equatable, Sendable {
  let incarnation: String
  let fence: Int64
  let machine: String
  let renewals: Int64
  let isFree: Bool
}

extension Transaction {
  fileprivate func leaseRow(of name: String) throws -> LeaseRow? {
    try one("SELECT incarnation, fence, machine, renewals, is_free FROM instance_lease WHERE name = ?", [name]).map {
      guard let incarnation = String.fromDatabaseValue($0[0]), let fence = Int64.fromDatabaseValue($0[1]),
        let machine = String.fromDatabaseValue($0[2]), let renewals = Int64.fromDatabaseValue($0[3]),
        let isFree = Bool.fromDatabaseValue($0[4])
      else { throw StoreError.corrupt }
      return LeaseRow(
        incarnation: incarnation, fence: fence, machine: machine, renewals: renewals, isFree: isFree)
    }
  }

  fileprivate func put(_ lease: InstanceLease, machine: String) throws {
    try execute(
      """
      INSERT OR REPLACE INTO instance_lease (name, incarnation, fence, machine, renewals, is_free)
      VALUES (?, ?, ?, ?, 0, 0)
      """, [lease.name, lease.incarnation, lease.fence, machine])
  }

  fileprivate func holds(_ lease: InstanceLease) throws -> Bool {
    try one(
      "SELECT 1 FROM instance_lease WHERE name = ? AND incarnation = ? AND fence = ? AND is_free = 0",
      [lease.name, lease.incarnation, lease.fence]) != nil
  }
}
