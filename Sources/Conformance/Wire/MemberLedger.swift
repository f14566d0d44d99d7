internal import WireJSON

/// An answer of a method, with what was asked.
struct Observed: Sendable {
  let method: String
  let request, answer: JSONObject
  let status: Int
  let exchange: Exchange

  init(_ method: String, request: JSONObject, answer: JSONObject, status: Int, _ exchange: Exchange) {
    self.method = method
    self.request = request
    self.answer = answer
    self.status = status
    self.exchange = exchange
  }

  init(_ method: String, request: JSONObject, _ exchange: Exchange) {
    self.init(method, request: request, answer: exchange.json ?? JSONObject(), status: exchange.status, exchange)
  }
}

/// Holds every answer of a run against the members that the text lists for its method.
struct MemberLedger {
  /// Item numbers of members that were there, with the right type.
  private(set) var seen: Set<Int> = []
  /// The first answer that lacks a member, or has it with another type, by item number.
  private(set) var faults: [Int: Finding] = [:]
  /// Methods that have answered as the text says.
  private var answered: Set<String> = []
  /// Requests whose results come later, by the id that they were given.
  private var jobs: [String: Observed] = [:]

  mutating func add(_ observed: Observed) {
    if let id = observed.answer["responseID"]?.string { jobs[id] = observed }
    for member in PublishedText.membersByMethod[observed.method] ?? [] where member.status == observed.status {
      answered.insert("\(observed.method) \(member.status)")
      look(at: member, in: .object(observed.answer), below: member.names[...], observed)
    }
  }

  func has(_ method: String, _ status: Int = 200) -> Bool { answered.contains("\(method) \(status)") }

  func outcome(_ member: PublishedText.Member) -> Outcome {
    if let fault = faults[member.number] { return .init(fault) }
    if seen.contains(member.number) { return .passed }
    guard has(member.method, member.status) else {
      return .init(.missing("no answer \(member.status) of \(member.method) came in this run"))
    }
    let reason =
      switch member.presence {
      case .required: "REQUIRED in an object that is not REQUIRED and was in no answer"
      case .conditional: "REQUIRED Conditional, and its condition held for no answer"
      case .optional, .optionalConditional: "\(member.presence.rawValue), and in no answer"
      }
    return .init(.notOffered(reason))
  }

  private mutating func look(
    at member: PublishedText.Member, in value: JSONValue, below names: ArraySlice<String>, _ observed: Observed
  ) {
    guard let name = names.first else { return }
    if name == "*" {
      for entry in value.array ?? [] { look(at: member, in: entry, below: names.dropFirst(), observed) }
      return
    }
    guard let object = value.object else { return }
    let inner = object[name]
    if names.count > 1, let inner, inner != .null {
      return look(at: member, in: inner, below: names.dropFirst(), observed)
    }
    if names.count > 1, Self.optionalObjects.contains(name) { return }
    guard names.count == 1, let inner, inner != .null else {
      let isDue = MemberCondition(member, observed, originalOf: jobs).holds(in: object)
      if isDue { fail(member, "\(member.path), \(member.kind.rawValue)", observed) }
      return
    }
    if member.kind.fits(inner) {
      seen.insert(member.number)
    } else {
      fail(member, "\(member.path) as \(member.kind.rawValue)", observed)
    }
  }

  /// Objects and arrays that may be missing whatever is inside them.
  private static let optionalObjects: Set = ["oauth2Servers", "credentialInfos", "objects", "validationInfo"]

  private mutating func fail(_ member: PublishedText.Member, _ expected: String, _ observed: Observed) {
    if faults[member.number] == nil { faults[member.number] = observed.exchange.failure(expected) }
  }
}

extension PublishedText.Member.Kind {
  func fits(_ value: JSONValue) -> Bool {
    switch self {
    case .string: value.string != nil
    case .integer: value.integer != nil
    case .boolean: value.bool != nil
    case .object: value.object != nil
    case .strings: value.array?.allSatisfy { $0.string != nil } ?? false
    case .objects: value.array?.allSatisfy { $0.object != nil } ?? false
    case .stringArrays: value.array?.allSatisfy { Self.strings.fits($0) } ?? false
    }
  }
}

/// When a member must be there.
private struct MemberCondition {
  private let member: PublishedText.Member
  private let observed: Observed
  /// Request that began the job of signatures/signPolling.
  private let original: Observed?

  init(_ member: PublishedText.Member, _ observed: Observed, originalOf jobs: [String: Observed]) {
    self.member = member
    self.observed = observed
    original = observed.request["requestID"]?.string.flatMap { jobs[$0] }
  }

  /// - Parameter object: the one that has the member, or would have its first part.
  func holds(in object: JSONObject) -> Bool {
    if observed.method == "credentials/create", member.path != "credentialID", !asked("credentialInfo") { return false }
    switch member.presence {
    case .required: return member.path == "code" ? observed.answer["error"] == nil : true
    case .optional, .optionalConditional: return false
    case .conditional: return conditionHolds(in: object)
    }
  }

  private func conditionHolds(in object: JSONObject) -> Bool {
    let name = member.names.last ?? ""
    switch name {
    case "state": return observed.request["state"] != nil
    case "error": return observed.answer["code"] == nil
    case "oauth2", "oauth2Issuer", "oauth2Servers":
      let types = observed.answer["authType"]?.array?.compactMap(\.string) ?? []
      let others = ["oauth2", "oauth2Issuer", "oauth2Servers"].filter { observed.answer[$0] != nil }
      return others.isEmpty && (types.contains("oauth2code") || types.contains("oauth2client"))
    case "baseUri", "issuerIdentifier": return object["baseUri"] == nil && object["issuerIdentifier"] == nil
    case "curve": return object["algo"]?.array?.contains { $0.string?.hasPrefix("1.2.840.10045.") ?? false } ?? false
    case "certificates" where member.path.contains("cert/"): return observed.request["certificates"]?.string != "none"
    case "issuerDN", "serialNumber", "subjectDN", "validFrom", "validTo": return asked("certInfo")
    case "objects": return asked("authInfo") && object["mode"]?.string == "explicit"
    default: return signatureConditionHolds(name)
    }
  }

  private func signatureConditionHolds(_ name: String) -> Bool {
    let isPolled = observed.method == "signatures/signPolling"
    guard let asked = isPolled ? original : observed else { return false }
    let isAsynchronous = asked.request["operationMode"]?.string == "A"
    guard isPolled || !isAsynchronous else { return name == "responseID" }
    let isHash = asked.method == "signatures/signHash"
    switch name {
    case "signatures": return isHash
    case "DocumentWithSignature": return !isHash && asked.isEnveloped.contains(true)
    case "SignatureObject": return !isHash && asked.isEnveloped.contains(false)
    case "validationInfo": return !isHash && asked.request["returnValidationInfo"]?.bool == true
    default: return false
    }
  }

  private func asked(_ name: String) -> Bool { observed.request[name]?.bool == true }
}

extension Observed {
  /// Of each entry of signatures/signDoc, whether the signature goes into the document (§11.14, table of formats).
  fileprivate var isEnveloped: [Bool] {
    let documents = (request["documents"]?.array ?? []).compactMap(\.object).map { entry in
      let property = entry["signed_envelope_property"]?.string
      return switch entry["signature_format"]?.string {
      case "P": true
      case "X": (property ?? "Enveloped") == "Enveloped"
      default: (property ?? "Attached") == "Attached"
      }
    }
    return documents + (request["documentDigests"]?.array ?? []).map { _ in false }
  }
}
