import AuditLog
import ServiceLifecycle

/// Keeps the index that receipts are found by, while the service runs and partners want it.
struct ReceiptKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.milliseconds(500)

  let indexer: ReceiptIndexer

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // An outage of the store is told elsewhere; the index goes on after it.
      repeat { try? await indexer.keep() } while (try? await Task.sleep(for: Self.pause)) != nil
    }
  }
}
