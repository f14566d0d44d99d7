import AuditLog
import Foundation
import Vocabulary
import WireJSON

/// The output of 'countersign signature show'.
struct SignatureReport {
  let trail: SignatureTrail
  /// Of the audit log, as far as it is whole.
  let entries: Int64
  /// The fault of the log; nil if it is whole.
  let finding: String?
  /// Canonical texts from the ledger, by the SAD's name there.
  var bindings: [String: [UInt8]] = [:]

  init(trail: SignatureTrail, entries: Int64, finding: String?) {
    self.trail = trail
    self.entries = entries
    self.finding = finding
  }

  var isGood: Bool {
    finding == nil && !trail.operations.isEmpty
      && trail.operations.flatMap(chain).allSatisfy { agreement($0) == "agrees" }
  }

  // MARK: Facts

  /// The names of an operation's SAD and of those whose place it took, the newest first.
  private func chain(_ operation: String) -> [String] {
    var names: [String] = []
    var next = trail.details[operation]?.intended["activation"]?.string
    while let name = next, !names.contains(name) {
      names.append(name)
      next = trail.authorizations[name]?.extends
    }
    return names
  }

  /// The evidence of a SAD: of the first in its chain, because an extension adds none.
  private func evidence(_ chain: [String]) -> [JSONObject] {
    let origin = chain.last.flatMap { trail.authorizations[$0]?.origin }
    return origin?["evidence"]?.array?.compactMap(\.object) ?? []
  }

  /// Whether the ledger's binding, which the SAD's MAC covers, says the same as the log.
  private func agreement(_ name: String) -> String {
    guard let entry = trail.authorizations[name]?.origin else { return "not in the log" }
    guard let binding = bindings[name].flatMap({ try? JSONValue.parse($0, limits: .own).object }) else {
      return "not in the ledger"
    }
    let same = ["credential", "signer", "partner", "numSignatures", "digests", "terms", "expires"].allSatisfy {
      binding[$0] == entry[$0]
    }
    let evidence = entry["evidence"] == nil || entry["evidence"] == binding["evidence"]
    return same && evidence && binding["client"]?.string ?? "" == entry["client"]?.string ?? "" ? "agrees" : "differs"
  }

  private func outcome(_ operation: SignatureTrail.Operation) -> (name: String, entry: JSONObject?) {
    guard let last = operation.outcomes.last, let kind = last["kind"]?.string else { return ("intended", nil) }
    return (String(kind.drop { $0 != "." }.dropFirst()), last)
  }

  // MARK: JSON

  var json: JSONValue {
    var log: [(String, JSONValue)] = [("entries", .integer(entries)), ("whole", .bool(finding == nil))]
    if let finding { log.append(("finding", .string(finding))) }
    return [
      "log": .object(JSONObject(log)), "signatures": .array(trail.operations.map { .object(signature($0)) }),
    ]
  }

  private func signature(_ id: String) -> JSONObject {
    guard let operation = trail.details[id] else { return JSONObject() }
    let chain = chain(id)
    let outcome = outcome(operation)
    var result = JSONObject([("operation", .string(id)), ("outcome", .string(outcome.name))])
    if let entry = outcome.entry {
      result["outcomeAt"] = moment(entry)
      for name in ["count", "signatures", "reason"] { result[name] = entry[name] }
    }
    result["intendedAt"] = moment(operation.intended)
    for name in [
      "method", "response", "credential", "signer", "partner", "algorithm", "algorithms", "digests", "authorized",
    ] { result[name] = operation.intended[name] }
    result["authenticated"] = .array(evidence(chain).map(JSONValue.object))
    result["authorizations"] = .array(chain.map { .object(authorization($0)) })
    return result
  }

  private func authorization(_ name: String) -> JSONObject {
    var result = JSONObject([("activation", .string(name)), ("ledger", .string(agreement(name)))])
    guard let authorization = trail.authorizations[name], let origin = authorization.origin else { return result }
    result["at"] = moment(origin)
    for name in ["extends", "numSignatures", "digests", "client", "expires"] { result[name] = origin[name] }
    if result["client"] == "" { result["client"] = nil }
    result["terms"] = origin["terms"]
    if let revoked = authorization.entries.first(where: { $0["kind"] == "authorization.revoked" }) {
      result["revokedAt"] = moment(revoked)
    }
    if let entries = origin["pending"]?.string.flatMap({ trail.pending[$0] }) {
      result["customer"] = .array(
        entries.map { ["event": $0["kind"] ?? .null, "at": moment($0), "evidence": $0["evidence"] ?? []] })
    }
    return result
  }

  /// When, and the entry that says so.
  private func moment(_ entry: JSONObject) -> JSONValue {
    ["time": .string(Self.utc(entry["time"]?.integer ?? 0)), "entry": entry["seq"] ?? .null]
  }

  private static func utc(_ time: UnixTime) -> String {
    Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
  }
}

// MARK: - Text

extension SignatureReport {
  func text(searched id: String) -> String {
    var lines: [String] = []
    if let finding { lines += ["The audit log is NOT whole: \(finding).", ""] }
    if trail.operations.isEmpty { lines.append("No signature in this log belongs to \(id).") }
    for operation in trail.operations { lines += block(signature(operation)) + [""] }
    if finding == nil { lines.append("The audit log is whole: \(entries) entries.") }
    return lines.joined(separator: "\n")
  }

  private func block(_ signature: JSONObject) -> [String] {
    var lines = ["Signature operation \(Self.words(signature["operation"]))"]
    func line(_ label: String, _ value: String?, indent: Int = 2) {
      guard let value, !value.isEmpty else { return }
      lines.append(
        String(repeating: " ", count: indent) + label.padding(toLength: 16, withPad: " ", startingAt: 0) + value)
    }
    line("outcome", [Self.words(signature["outcome"]), Self.words(signature["outcomeAt"])].joined(separator: "  "))
    line("fingerprint", signature["signatures"]?.string)
    line("reason", signature["reason"]?.string)
    line("intended", Self.words(signature["intendedAt"]))
    for name in ["method", "response", "credential", "signer", "partner", "algorithm", "algorithms"] {
      line(name, signature[name].map(Self.words))
    }
    line("signed digests", signature["digests"].map(Self.words))
    line("for", signature["authorized"].map(Self.words))
    lines.append("  Authenticated by")
    for factor in signature["authenticated"]?.array?.compactMap(\.object) ?? [] {
      lines.append("    \(Self.words(factor["factor"]))")
      for (name, value) in factor.members where name != "factor" {
        // `issued` stands for a provider that does not tell when it authenticated.
        let isTime = ["authTime", "issued"].contains(name)
        line(name, isTime ? value.integer.map(Self.utc) : Self.words(value), indent: 6)
      }
    }
    if signature["authenticated"]?.array?.isEmpty != false { lines.append("    nothing but the caller's token") }
    for authorization in signature["authorizations"]?.array?.compactMap(\.object) ?? [] {
      lines.append("  Authorized by SAD \(Self.words(authorization["activation"]))")
      line("granted", authorization["at"].map(Self.words), indent: 4)
      line("until", authorization["expires"]?.integer.map(Self.utc), indent: 4)
      line("revoked", authorization["revokedAt"].map(Self.words), indent: 4)
      line("replaces", authorization["extends"]?.string, indent: 4)
      line("client", authorization["client"]?.string, indent: 4)
      line("signatures", authorization["numSignatures"].map(Self.words), indent: 4)
      let digests = authorization["digests"].map(Self.words) ?? ""
      line("digests", digests.isEmpty ? "any" : digests, indent: 4)
      for (place, terms) in (authorization["terms"]?.array ?? []).enumerated() {
        guard let digest = terms.object?["digest"]?.string, !digest.isEmpty else { continue }
        line("terms \(place + 1)", digest, indent: 4)
      }
      for event in authorization["customer"]?.array?.compactMap(\.object) ?? [] {
        line("customer", [Self.words(event["event"]), Self.words(event["at"])].joined(separator: "  "), indent: 4)
      }
      line("ledger", authorization["ledger"]?.string, indent: 4)
    }
    return lines
  }

  private static func words(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text
    case .integer(let number)?: "\(number)"
    case .array(let list)?: list.map(words).joined(separator: ", ")
    case .object(let object)? where object["entry"] != nil:
      "\(words(object["time"])) (entry \(words(object["entry"])))"
    case .object(let object)?: object.members.map { "\($0.name) \(words($0.value))" }.joined(separator: ", ")
    default: ""
    }
  }
}
