import Foundation
import Logging
import Registry
import ServiceLifecycle
import UnixSignals
import Vocabulary

/// Reads again, at SIGHUP, what can change while the service runs. Nothing that is under way notices.
struct Reloader: ServiceLifecycle.Service {
  /// The configuration file.
  let path: String
  /// As the service was started.
  let config: Config
  /// Reads the files of the TLS listeners; nil if there are none.
  let certificates: (@Sendable () throws -> Void)?
  /// Gets the partners of the new file.
  let partners: LayeredPartners
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { reload() }
  }

  /// TLS files and configuration, each by itself: one that cannot be used leaves what it says as it was.
  private func reload() {
    if let certificates {
      do {
        try certificates()
        logger.notice("read the TLS files again")
      } catch {
        logger.error("the TLS files cannot be used; the old ones stay", metadata: ["reason": "\(error)"])
      }
    }
    do {
      let notes = ConfigNotes()
      let new = try Config.load(path, notes: notes)
      notes.report(to: logger)
      let changed = try partners.replaceFile(with: new.partners)
      JSONLogHandler.commonLevel = new.logLevel
      config.warnOfClientCertificates(new.partners, logger)
      let waiting = config.differences(from: new).filter { !["logLevel", "partners"].contains($0) }
      logger.notice(
        "read the configuration again",
        metadata: [
          "logLevel": "\(new.logLevel)", "partnersChanged": "\(Self.list(changed.map(\.rawValue)))",
          "needsRestart": "\(Self.list(waiting))",
        ])
    } catch {
      logger.error("the configuration cannot be used; the old one stays", metadata: ["reason": "\(error)"])
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }
}
