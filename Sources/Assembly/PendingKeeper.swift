import Logging
import ServiceLifecycle
import SoleControl

/// Ends overdue pending authorizations while the service runs.
struct PendingKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(10)

  let authorizations: AuthorizationService
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      repeat {
        do { _ = try await authorizations.endOverduePending() } catch {
          logger.warning("could not end overdue authorizations", metadata: ["reason": "\(error)"])
        }
      } while (try? await Task.sleep(for: Self.pause)) != nil
    }
  }
}
