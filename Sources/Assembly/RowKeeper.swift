import HTTPGateway
import Logging
import ServiceLifecycle
import SoleControl

/// Has the store look at all its rows, again and again while the service runs: it does so by itself when somebody else
/// wrote the file through the database, and here for what came another way.
struct RowKeeper: ServiceLifecycle.Service {
  /// Between two looks, and how much longer it waits than a look takes.
  private static let pause = (least: Duration.seconds(10), factor: 50)

  let store: any GatewayStore
  let outages: OutageBook
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var pause = Self.pause.least
      var wasEdited = false
      while (try? await Task.sleep(for: pause)) != nil {
        let begin = ContinuousClock.now
        do {
          try await store.checkRows()
          outages.end(.rows)
          if wasEdited { logger.notice("the rows of the database are as the gateways left them again") }
          wasEdited = false
        } catch StoreError.edited(let row) {
          outages.begin(.rows, "\(row)")
          if !wasEdited {
            logger.critical(
              "somebody else wrote the database; nothing is authorized or signed until its rows are as they were",
              metadata: ["found": "\(row)"])
          }
          wasEdited = true
        } catch {
          logger.warning("could not look at the rows of the database", metadata: ["reason": "\(error)"])
        }
        pause = max(Self.pause.least, begin.duration(to: .now) * Self.pause.factor)
      }
    }
  }
}
