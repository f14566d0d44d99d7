import HTTPGateway
import Logging
import ServiceLifecycle

/// Removes recorded calls whose time is over, also when no partner calls any more: their answers are personal data.
struct CallKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(60)

  let api: PartnerAPI
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      repeat {
        do { try await api.removeOldCalls() } catch {
          logger.warning("could not remove recorded calls", metadata: ["reason": "\(error)"])
        }
      } while (try? await Task.sleep(for: Self.pause)) != nil
    }
  }
}
