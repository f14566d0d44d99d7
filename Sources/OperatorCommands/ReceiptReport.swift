import AuditLog
import Foundation
import Octets
import TransparencyLog
import WireJSON

/// The output of 'countersign receipt verify'.
struct ReceiptReport {
  let receipt: VerifiedReceipt
  /// Of the log.
  let key: NoteKey

  private var sad: ProvenEntry { receipt.authorizations[0] }
  private var grant: ProvenEntry { receipt.authorizations[receipt.authorizations.count - 1] }
  private var evidence: [JSONObject] { grant.fields["evidence"]?.array?.compactMap(\.object) ?? [] }

  /// The entries, in the order of the log.
  private var entries: [ProvenEntry] {
    let others = receipt.authorizations + receipt.others + (receipt.certificate.map { [$0] } ?? [])
    return ([receipt.made, receipt.intended] + others).sorted { $0.index < $1.index }
  }

  // MARK: JSON

  var json: JSONValue {
    let (made, intended) = (receipt.made, receipt.intended)
    var signature = JSONObject([
      ("madeAt", .string(TimeText.utc(milliseconds: made.header.time))), ("instance", .string(made.header.instance)),
    ])
    for name in ["operation", "count", "signatures"] { signature[name] = made.fields[name] }
    for name in [
      "method", "response", "credential", "signer", "partner", "algorithm", "algorithms", "digests", "authorized",
      "status",
    ] { signature[name] = intended.fields[name] }
    signature["serialNumber"] = receipt.certificate?.fields["serialNumber"]
    signature["authenticated"] = .array(evidence.map(JSONValue.object))
    signature["activations"] = .array(receipt.authorizations.map { $0.fields["activation"] ?? .null })
    return [
      "valid": true, "signature": .object(signature), "log": log,
      "entries": .array(
        entries.map { entry in
          var object = entry.fields
          object["index"] = .integer(Int64(clamping: entry.index))
          object["partnerDigest"] = entry.header.partner.isEmpty ? nil : .string(Hex.encode(entry.header.partner))
          return .object(object)
        }),
    ]
  }

  private var log: JSONValue {
    let checkpoint = receipt.checkpoint
    return [
      "origin": .string(checkpoint.checkpoint.origin), "key": .string(key.vkey),
      "index": .integer(Int64(clamping: receipt.made.index)),
      "size": .integer(Int64(clamping: checkpoint.checkpoint.head.size)),
      "root": .string(checkpoint.checkpoint.head.root.base64),
      "checkpoint": .string(String(decoding: checkpoint.note.octets, as: UTF8.self)),
      "witnesses": .array(
        checkpoint.cosignatures.map {
          ["name": .string($0.witness.name), "time": .integer(Int64(clamping: $0.time))]
        }),
    ]
  }

  // MARK: Text

  var text: String {
    var lines = ReportLines()
    let (made, intended) = (receipt.made, receipt.intended)
    let count = made.fields["count"]?.integer ?? 0
    lines.add("The receipt is valid. It proves \(count == 1 ? "one signature" : "\(count) signatures").")
    lines.add("")
    lines.add("Signature")
    lines.add("made", TimeText.utc(milliseconds: made.header.time) + ", by the gateway \(made.header.instance)")
    lines.add("credential", intended.fields["credential"])
    let serial = receipt.certificate?.fields["serialNumber"]?.string
    lines.add("certificate", serial.map { "serial number \($0)" } ?? "not in this receipt")
    lines.add("checked", status)
    lines.add("signer", intended.fields["signer"])
    lines.add("partner", intended.fields["partner"])
    lines.add("by", intended.fields["method"])
    lines.add("responseID", intended.fields["response"])
    lines.add("algorithm", intended.fields["algorithm"] ?? intended.fields["algorithms"])
    lines.add("signed digests", intended.fields["digests"])
    lines.add("for", intended.fields["authorized"])
    lines.add("signature", made.fields["signatures"]?.string.map { "SHA-256 \($0)" })
    lines.add("operation", made.fields["operation"])
    lines.add("Authenticated by")
    if evidence.isEmpty { lines.add("  nothing but the caller's token") }
    for factor in evidence {
      lines.add("  the factor " + ReportLines.words(factor["factor"]))
      for (name, value) in factor.members where name != "factor" {
        let isTime = ["authTime", "issued"].contains(name)
        lines.add(name, isTime ? value.integer.map { TimeText.utc(seconds: $0) } : ReportLines.words(value), indent: 4)
      }
    }
    for (place, entry) in receipt.authorizations.enumerated() {
      lines.add(place == 0 ? "Authorized by the SAD" : "which replaced the SAD")
      add(entry, to: &lines)
    }
    for other in receipt.others {
      lines.add("Also")
      lines.add(other.header.kind, TimeText.utc(milliseconds: other.header.time))
    }
    addLog(to: &lines)
    return lines.text
  }

  /// Words for the state of credential and certificate just before the signature.
  private var status: String? {
    guard let status = receipt.intended.fields["status"]?.object, let checked = status["checkedAt"]?.integer,
      let notAfter = status["notAfter"]?.integer
    else { return nil }
    return
      "\(TimeText.utc(seconds: checked)): credential enabled, certificate \(ReportLines.words(status["serialNumber"])) "
      + "valid until \(TimeText.utc(seconds: notAfter)) and not revoked by the service"
  }

  private func add(_ authorization: ProvenEntry, to lines: inout ReportLines) {
    let fields = authorization.fields
    lines.add("SHA-256", fields["activation"])
    lines.add("granted", TimeText.utc(milliseconds: authorization.header.time))
    lines.add("until", fields["expires"]?.integer.map { TimeText.utc(seconds: $0) })
    lines.add("client", fields["client"])
    lines.add("signatures", fields["numSignatures"])
    let digests = ReportLines.words(fields["digests"])
    lines.add("digests", digests.isEmpty ? "any" : digests)
    for (place, terms) in (fields["terms"]?.array ?? []).enumerated() {
      guard let digest = terms.object?["digest"]?.string, !digest.isEmpty else { continue }
      lines.add("terms \(place + 1)", digest)
    }
  }

  private func addLog(to lines: inout ReportLines) {
    let checkpoint = receipt.checkpoint.checkpoint
    lines.add("Proven by the log")
    lines.add("name", checkpoint.origin)
    lines.add("entries", "\(checkpoint.head.size) in the tree; of them in this receipt:")
    for entry in entries { lines.add("", "\(entry.index)  \(entry.header.kind)") }
    lines.add("root", checkpoint.head.root.base64)
    lines.add("signed by", key.name)
    lines.add("key", key.vkey)
    for witness in receipt.checkpoint.cosignatures {
      lines.add("witness", "\(witness.witness.name), \(TimeText.utc(seconds: Int64(clamping: witness.time)))")
    }
    if receipt.checkpoint.cosignatures.isEmpty { lines.add("witnesses", "none was asked for (--witness)") }
  }
}

/// Lines of a report: headings, and values with their names before them.
struct ReportLines {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") }

  mutating func add(_ line: String) { lines.append(line) }

  /// Leaves out a value that is nil or empty.
  mutating func add(_ name: String, _ value: String?, indent: Int = 2) {
    guard let value, !value.isEmpty else { return }
    lines.append(
      String(repeating: " ", count: indent)
        + name.padding(toLength: max(16, name.count + 2), withPad: " ", startingAt: 0)
        + Self.printable(value))
  }

  mutating func add(_ name: String, _ value: JSONValue?) { add(name, value.map { Self.words($0) }) }

  /// Control characters of a log could rewrite what a terminal shows.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{FFFD}" : $0
        }))
  }

  static func words(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text
    case .integer(let number)?: "\(number)"
    case .bool(let value)?: "\(value)"
    case .array(let list)?: list.map { words($0) }.joined(separator: ", ")
    case .object(let object)?: object.members.map { "\($0.name) \(words($0.value))" }.joined(separator: ", ")
    default: ""
    }
  }
}
