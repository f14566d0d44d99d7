import ArgumentParser
import Assembly
import AuditLog
import Foundation
import Octets
import TransparencyLog

extension AuditCommand {
  struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the receipt of a signature: a file that proves it without the log.",
      discussion: """
        Reads a database offline; a copy, or the file of a running gateway, is enough. The receipt has the entry of the \
        signature and those about how it was authorized, with proofs that they are in the log; 'countersign receipt verify' \
        checks it. With --config it also has who signed, in a box that only the device opens, as one that a partner \
        fetches: 'countersign receipt open' shows it. Exits with 1 if the complete log does not verify, or if there is no such signature.
        """)

    @Argument(help: "What 'countersign signature show' takes: a signed digest, a responseID or an operation's id.")
    var id: String
    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "The log's key: what 'countersign audit key' prints, or a file with it.")
    var logKey: String?
    @Option(name: .long, help: "The configuration file, whose device has the log's key; in place of --log-key.")
    var config: String?
    @Option(
      name: .long,
      help: """
        The key of a witness, or a file with it: the receipt takes a checkpoint that it cosigned, if there is one. May be \
        repeated. Default: those of --config; without any the newest checkpoint.
        """)
    var witness: [String] = []
    @Option(name: .long, help: "The file to write; standard output if there is none.")
    var out: String?

    func validate() throws {
      guard (logKey == nil) != (config == nil) else { throw ValidationError("give either --log-key or --config") }
    }

    func run() async throws {
      do {
        let receipt = Data(try await receipt())
        if let out {
          try receipt.write(to: URL(fileURLWithPath: out), options: .atomic)
        } else {
          try FileHandle.standardOutput.write(contentsOf: receipt)
        }
      } catch let fault as ReceiptFault {
        throw Self.failure("no receipt for \(id): \(fault)")
      } catch let finding as LogVerifier.Finding {
        throw Self.failure("the audit log is NOT whole: \(finding)")
      }
    }

    private static func failure(_ text: String) -> ExitCode {
      FileHandle.standardError.write(Data((text + "\n").utf8))
      return .failure
    }

    private func receipt() async throws -> [UInt8] {
      let config = try config.map { try Config.load($0) }
      let key: NoteKey
      var box: ReceiptOwner?
      if let config {
        key = try NoteKey(vkey: Service.logKey(config))
        do { box = try await Service.receiptOwner(config) } catch {
          FileHandle.standardError.write(Data("the receipt will not have who signed: \(error)\n".utf8))
        }
      } else {
        key = try LogKeyText.read(logKey ?? "", option: "--log-key")
      }
      let named = try witness.map { try LogKeyText.read($0, option: "--witness") }
      let witnesses = named.isEmpty ? config?.witnessKeys ?? [] : named
      try LogKeyText.check(key, witnesses)
      let search = try ReceiptSearch(SignatureCommand.Show.names(of: id), key: key, witnesses: witnesses)
      while true {
        let lanes = try await Stores.readLog(database, search.readers())
        guard try search.finish(lanes) else { continue }
        return try search.receipt(owner: try await owner(box, of: search.credential))
      }
    }

    /// Nil without the device, and of a credential that has gone.
    private func owner(
      _ box: ReceiptOwner?, of credential: String?
    ) async throws -> (box: ReceiptOwner, certificate: [UInt8])? {
      guard let box, let credential,
        let certificate = try await Stores.readUnverifiedCertificate(database, of: credential)
      else { return nil }
      return (box, certificate)
    }
  }
}
