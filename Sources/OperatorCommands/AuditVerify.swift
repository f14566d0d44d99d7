import ArgumentParser
import Assembly
import AuditLog
import Foundation
import OpenSSLPKI
import SoleControl
import TransparencyLog

extension AuditCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify the complete log offline; a copy of the database is enough.",
      discussion: """
        Reads every entry, holds it against those before in its lane, computes the tree and compares it with what is \
        stored and with checkpoints. Names the first fault, and exits with 1. Without --log-key the signatures of \
        checkpoints are not looked at, and who wrote the log again could have written them too. With --device entries \
        that no checkpoint covers yet are held against the MACs of the gateway, too.
        """)

    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "The log's key: what 'countersign audit key' prints, or a file with it.")
    var logKey: String?
    @Option(name: .long, help: "A file with a checkpoint from before, to which the log must lead. May be repeated.")
    var checkpoint: [String] = []
    @Option(
      name: .long,
      help: """
        A file with a checkpoint up to which you have verified the log: what is before it is not read again. What entries \
        behind it say about credentials and authorizations before it is not looked up.
        """)
    var since: String?
    @Option(
      name: .long,
      help: """
        The key of a witness that must have cosigned the log, or a file with it; needs the log's key. May be repeated.
        """)
    var witness: [String] = []
    @Option(name: .long, help: "A PEM file with the CAs of the time-stamping authority; its time-stamps are verified.")
    var tsaCa: String?
    @Option(name: .long, help: "The most entries that may be behind what each --witness has cosigned.")
    var mostBehind: Int64?
    @Option(name: .long, help: "Seconds within which each --witness must have cosigned, by its clock and this one.")
    var witnessedWithin: Int64?
    @Flag(name: .long, help: "Hold the rows of the log against their MACs, with the device of --config.")
    var device = false
    @Option(name: .long, help: "The configuration file for --device, which has the log's key as well.")
    var config: String?

    func validate() throws {
      guard device == (config != nil) else { throw ValidationError("--device and --config need each other") }
      guard since == nil || logKey != nil || device else {
        throw ValidationError("--since needs --log-key: without it nothing shows that the checkpoint is the log's")
      }
      guard !witness.isEmpty || mostBehind == nil && witnessedWithin == nil else {
        throw ValidationError("--most-behind and --witnessed-within need --witness")
      }
      guard [mostBehind, witnessedWithin].allSatisfy({ $0 ?? 0 >= 0 }) else {
        throw ValidationError("--most-behind and --witnessed-within are not negative")
      }
      guard witness.isEmpty || logKey != nil || device else {
        throw ValidationError("--witness needs --log-key: a witness signs what the log has signed")
      }
    }

    func run() async throws {
      do {
        print(try await verified())
      } catch let finding as LogVerifier.Finding {
        print("the audit log is NOT whole: \(finding)")
        throw ExitCode.failure
      } catch StoreError.edited(let row) {
        print("the audit log is NOT whole: \(row)")
        throw ExitCode.failure
      } catch let late as TooLittleWitnessed {
        print("the audit log is whole, but NOT witnessed as it has to be: \(late.text)")
        throw ExitCode.failure
      }
    }

    private struct TooLittleWitnessed: Error { let text: String }

    /// Seconds by which the clock of a witness may be ahead.
    private static let mostAhead: Int64 = 300

    /// Holds what a witness has cosigned against --most-behind and --witnessed-within.
    private func check(_ seen: LogInspection.Witnessed, of entries: Int64) throws {
      let name = seen.witness.name
      let behind = entries - Int64(clamping: seen.size)
      if let mostBehind, behind > mostBehind {
        throw TooLittleWitnessed(text: "\(behind) entries are behind what \(name) has cosigned")
      }
      guard let witnessedWithin else { return }
      let age = Int64(Date().timeIntervalSince1970) - Int64(clamping: seen.time)
      guard -Self.mostAhead <= age, age <= witnessedWithin else {
        throw TooLittleWitnessed(text: "\(name) cosigned at \(TimeText.utc(seconds: Int64(clamping: seen.time)))")
      }
    }

    private func verified() async throws -> String {
      var key = try logKey.map { try LogKeyText.read($0, option: "--log-key") }
      var rowMACs: RowMACs?
      if let config {
        let parts = try await Service.logVerification(try Config.load(config))
        rowMACs = parts.rowMACs
        key = try key ?? NoteKey(vkey: parts.vkey)
      }
      if let since, let key { return try await verified(since: since, key, rowMACs) }
      let result = try await result(try inspection(key), rowMACs)
      return """
        the audit log is whole: \(result.entries) entries, \(result.inTree) of them in the tree\
        \(key == nil ? "; no signature of a checkpoint was verified (--log-key)" : "")\
        \(try lines(result.witnessed, of: result.entries))\(stamps(result.stamps))
        """
    }

    /// How much of the log witnesses have seen, a line each.
    ///
    /// - Throws: `TooLittleWitnessed`.
    private func lines(_ witnessed: [LogInspection.Witnessed], of entries: Int64) throws -> String {
      try witnessed.map { seen in
        try check(seen, of: entries)
        return """
          \n\(seen.witness.name) saw it grow to \(seen.size) entries, at \
          \(TimeText.utc(seconds: Int64(clamping: seen.time))); \(entries - Int64(clamping: seen.size)) are behind that
          """
      }.joined()
    }

    private func verified(since path: String, _ key: NoteKey, _ rowMACs: RowMACs?) async throws -> String {
      let since = (name: path, checkpoint: try Self.octets(path))
      let known = try checkpoint.map { (name: $0, checkpoint: try Self.octets($0)) }
      let (witnesses, verifyStamp) = (try self.witnesses(of: key), try stampVerifier())
      let result = try await Stores.lookIntoLog(database, rowMACs: rowMACs) { log in
        try LogContinuation.verify(
          log, since: since, key: key, known: known, demands: .init(witnesses: witnesses, verifyStamp: verifyStamp))
      }
      return """
        the audit log is whole behind the \(result.since) entries of \(path): \(result.entries) more, \(result.inTree) in \
        the tree; \(result.unresolved) references to entries before it were not looked up\
        \(try lines(result.witnessed, of: Int64(result.since) + result.entries))\(stamps(result.stamps))
        """
    }

    private static func octets(_ path: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func stamps(_ stamps: LogInspection.Stamped?) -> String {
      guard let stamps else { return "" }
      let (count, last) = (stamps.count, stamps.last)
      return tsaCa == nil
        ? "\n\(count) checkpoints have time-stamps, which were not verified (--tsa-ca)"
        : "\n\(count) checkpoints have time-stamps that verify, the last of \(Timestamps.text(last))"
    }

    private func witnesses(of key: NoteKey?) throws -> [NoteKey] {
      let witnesses = try witness.map { try LogKeyText.read($0, option: "--witness") }
      if let key { try LogKeyText.check(key, witnesses) }
      return witnesses
    }

    private func inspection(_ key: NoteKey?) throws -> LogInspection {
      let witnesses = try self.witnesses(of: key)
      let known = try checkpoint.map { path in
        (name: path, checkpoint: try Self.octets(path))
      }
      return try LogInspection(key: key, known: known, witnesses: witnesses, verifyStamp: try stampVerifier())
    }

    private func stampVerifier() throws -> (@Sendable (KeptStamp) throws -> Void)? {
      guard let tsaCa else { return nil }
      guard let text = try? String(contentsOfFile: tsaCa, encoding: .utf8),
        let verifier = try? TimestampVerifier(anchorsPEM: text)
      else { throw ValidationError("--tsa-ca has no certificate in PEM: \(tsaCa)") }
      return { stamp in
        let time = try verifier.time(of: stamp.token, sha256: stamp.imprint)
        guard time / 86400 == stamp.day else { throw AnotherDay() }
      }
    }

    private struct AnotherDay: Error, CustomStringConvertible {
      let description = "it is of another day"
    }

    private func result(_ inspection: LogInspection, _ rowMACs: RowMACs?) async throws -> LogInspection.Result {
      let progress = Progress()
      defer { progress.end() }
      var readers = inspection.readers
      let accept = readers.entry
      readers.total = { progress.begin($0) }
      readers.entry = { entry, position in
        try accept(entry, position)
        progress.reached(position)
      }
      return try inspection.finish(try await Stores.readLog(database, readers, rowMACs: rowMACs))
    }
  }
}
