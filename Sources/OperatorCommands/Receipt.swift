import ArgumentParser
import Assembly
import AuditLog
import Foundation
import OpenSSLPKI
import SoleControl
import TransparencyLog
import WireJSON

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Check receipts of signatures.", subcommands: [Verify.self, Open.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify a receipt offline and show what it proves.",
      discussion: """
        Needs the file and the log's key, and nothing else: no database, no gateway, no network. Take the key from another \
        source than the receipt. Exits with 1 and names the first fault if the receipt does not prove a signature.
        """)

    @Argument(help: "The receipt: a file that 'countersign audit prove' wrote.")
    var file: String
    @Option(name: .long, help: "The log's key: what 'countersign audit key' prints, or a file with it.")
    var logKey: String
    @Option(
      name: .long, help: "The key of a witness who must have signed the checkpoint, or a file with it. May be repeated."
    )
    var witness: [String] = []
    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() async throws {
      let policy = try policy()
      let octets = try read()
      do throws(ReceiptFault) {
        let report = ReceiptReport(receipt: try Receipt.verify(octets, policy: policy), key: policy.logKeys[0])
        print(json ? String(decoding: report.json.indented(), as: UTF8.self) : report.text)
      } catch {
        let fault: JSONValue = ["valid": false, "fault": .string("\(error)")]
        print(json ? String(decoding: fault.indented(), as: UTF8.self) : "the receipt is NOT valid: \(error)")
        throw ExitCode.failure
      }
    }

    private func policy() throws -> LogPolicy {
      let key = try LogKeyText.read(logKey, option: "--log-key")
      let witnesses = try witness.map { try LogKeyText.read($0, option: "--witness") }
      do { return try LogPolicy(origin: key.name, logKeys: [key], witnesses: witnesses) } catch {
        throw ValidationError("these keys do not go together: a log's key, and keys of different witnesses")
      }
    }

    private func read() throws -> [UInt8] { try ReceiptCommand.read(file) }
  }

  /// Reads one octet more than a receipt can have, at most.
  fileprivate static func read(_ file: String) throws -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: file) else { throw ValidationError("\(file) cannot be read") }
    defer { try? handle.close() }
    return [UInt8](try handle.read(upToCount: LogProof.longest + 1) ?? Data())
  }

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify a receipt and show the person who signed.",
      discussion: """
        Needs the device of the service: the person's certificate is in the receipt in a box that only the service opens. \
        What is shown is proved, because the log has the certificate's digest. Exits with 1 if the receipt is not valid, \
        has no such box, or was made by another service.
        """)

    @Argument(help: "The receipt: a file that a partner fetched.")
    var file: String
    @OptionGroup var config: ConfigFile

    func run() async throws {
      let keys = try await Service.receiptKeys(try config.load())
      let key = try NoteKey(vkey: keys.vkey)
      do {
        let receipt = try Receipt.verify(
          try ReceiptCommand.read(file), policy: LogPolicy(origin: key.name, logKeys: [key]))
        let certificate = try Certificate(chain: [try keys.owner.certificate(in: receipt)])
        print(ReceiptReport(receipt: receipt, key: key).text)
        print("Signed by")
        print("  subject       \(certificate.subject)")
        print("  issued by     \(certificate.issuer)")
      } catch let fault as ReceiptFault {
        print("the receipt is NOT valid, or cannot be opened: \(fault)")
        throw ExitCode.failure
      }
    }
  }
}
