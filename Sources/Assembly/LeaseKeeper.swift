import Foundation
import HTTPGateway
import Logging
import ServiceLifecycle
import SoleControl

/// Holds this process's place among the gateways of a database while the service runs, and ends the service when the
/// place is lost: what the process remembers is of before, and the start of a new one takes up what it left.
struct LeaseKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(5)
  /// Time for which a holder elsewhere that does not renew is waited for.
  private static let life = Duration.seconds(15)

  let store: any GatewayStore
  let lock: InstanceLock
  let logger: Logger

  /// - Throws: `InstanceLock.Taken` or `LeaseError.held`, with what to do.
  init(_ config: Config, store: any GatewayStore, logger: Logger) async throws {
    self.store = store
    self.logger = logger
    lock = try InstanceLock(database: config.database, instance: config.instance)
    let lease = try await store.takeLease(
      of: config.instance, incarnation: UUID().uuidString, machine: Self.machine, life: Self.life)
    logger.info("holds the lease", metadata: ["instance": "\(lease.name)", "fence": "\(lease.fence)"])
  }

  /// - Throws: `LeaseError.lost`.
  func run() async throws {
    try await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.pause)) != nil {
        do {
          lookAtFile()
          try await store.renewLease()
        } catch let error as LeaseError {
          logger.critical("signing has stopped, and the service ends", metadata: ["reason": "\(error)"])
          throw error
        } catch {
          logger.warning("could not renew the lease", metadata: ["reason": "\(error)"])
        }
      }
    }
  }

  /// A failure to look says nothing about the lease.
  private func lookAtFile() {
    do { if try !lock.isInPlace { store.loseLease() } } catch {
      logger.warning("could not look at the database's file", metadata: ["reason": "\(error)"])
    }
  }

  func giveBack() async { try? await store.giveBackLease() }

  /// The running system, which all its containers share; another one after each boot.
  private static var machine: String {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? UUID().uuidString
  }
}
