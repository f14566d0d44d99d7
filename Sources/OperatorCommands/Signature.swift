import ArgumentParser
import Assembly
import AuditLog
import CSCModel
import Foundation
import Octets
import Synchronization
import WireJSON

struct SignatureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signature", abstract: "Show how a signature came about.", subcommands: [Show.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show who authorized a signature: how and when, for which digests, with which SAD.",
      discussion: """
        Reads the audit log and the ledger of a database offline; a copy is enough. Exits with 1 if the complete log does \
        not verify, if log and ledger disagree, or if nothing is found. People appear as keyed digests.
        """)

    @Argument(
      help: """
        A signed digest (hexadecimal or base64), a responseID, an operation's id, or the SHA-256 of a SAD's octets (base64url); the last two are \
        what 'countersign audit list' prints as "operation" and "activation".
        """)
    var id: String
    @Option(name: .long, help: "The database file.")
    var database: String
    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() async throws {
      let (trail, count, finding) = try await search()
      var report = SignatureReport(trail: trail, entries: count, finding: finding.map(\.description))
      for activation in trail.authorizations.keys {
        guard let digest = Hex.decode(activation) else { continue }
        report.bindings[activation] = try await Stores.readBinding(database, activation: digest)
      }
      print(json ? String(decoding: report.json.indented(), as: UTF8.self) : report.text(searched: id))
      guard report.isGood else { throw ExitCode.failure }
    }

    /// Texts that the log may have in place of an id that a person gives.
    static func names(of id: String) -> Set<String> {
      var ids: Set<String> = [id, id.lowercased()]
      if let octets = Base64.decode(id), [32, 48, 64].contains(octets.count) { ids.insert(Hex.encode(octets)) }
      return ids
    }

    private func search() async throws -> (SignatureTrail, count: Int64, LaneVerifier.Finding?) {
      let trail = Mutex(SignatureTrail(Self.names(of: id)))
      repeat {
        let verifier = Mutex(LaneVerifier())
        trail.withLock { $0.beginReading() }
        do {
          let lanes = try await Stores.readAudit(database) { entry, position in
            _ = try verifier.withLock { try $0.accept(entry, at: position) }
            trail.withLock { $0.accept(entry, at: position) }
          }
          try verifier.withLock { try $0.finish(lanes) }
        } catch let finding as LaneVerifier.Finding {
          // Entries before the damage are still shown.
          return (trail.withLock { $0 }, verifier.withLock { $0.count }, finding)
        }
        if !trail.withLock({ $0.needsAnotherReading }) {
          return (trail.withLock { $0 }, verifier.withLock { $0.count }, nil)
        }
      } while true
    }
  }
}
