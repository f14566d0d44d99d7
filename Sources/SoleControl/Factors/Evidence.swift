public import WireJSON

/// A verified factor, as the binding of a SAD and the audit log name it.
public struct Evidence: Sendable, Equatable {
  public let factor: FactorID
  /// Random; joins the binding with the audit entry of the check.
  public let id: String
  /// What the check learnt: `provider` (issuer), `subject` (the device's keyed digest of it), `acr` (as the token says it),
  /// `level` (low, substantial, high), `amr`, `authTime` (UTC seconds), `tokenID` and `token` (SHA-256 of `jti` and of the
  /// token, in hexadecimal). No personal data. Empty for factors that say no more than that they were right.
  public let detail: JSONObject

  public init(factor: FactorID, id: String, detail: JSONObject = JSONObject()) {
    self.factor = factor
    self.id = id
    self.detail = detail
  }

  public var json: JSONValue {
    .object(
      JSONObject(
        [("factor", .string(factor.rawValue)), ("id", .string(id))] + detail.members.map { ($0.name, $0.value) }))
  }

  /// Nil if it is not what `json` makes.
  public init?(json object: JSONObject) {
    guard let factor = object["factor"]?.string.flatMap(FactorID.init(rawValue:)), let id = object["id"]?.string
    else { return nil }
    let detail = object.members.filter { $0.name != "factor" && $0.name != "id" }
    self.init(factor: factor, id: id, detail: JSONObject(detail.map { ($0.name, $0.value) }))
  }
}

extension SigningService {
  /// Completes the checks, and has the device authenticate a text that tells what they learnt.
  ///
  /// - Parameters:
  ///   - prefix: comes before the text in what is authenticated.
  ///   - text: what is authenticated, given the evidence.
  func complete(
    _ checks: [FactorCheck], thenAuthenticate key: MACKey, prefix: [UInt8] = [],
    _ text: ([Evidence]) -> [UInt8]
  ) async throws -> (checks: [DecidedCheck], text: [UInt8], mac: [UInt8]) {
    guard checks.contains(where: \.identifiesPerson) else {
      // Nothing is learnt from the device's answer, so that one visit does.
      let text = text(checks.map(\.evidence))
      let macs = try await self.macs([(key, prefix + text)] + checks.flatMap(\.deviceMessages))
      return (try Self.complete(checks, with: macs.dropFirst()), text, macs[0])
    }
    let macs = try await self.macs(checks.flatMap(\.deviceMessages))
    let decided = try Self.complete(checks, with: macs[...])
    let text = text(decided.map(\.evidence))
    return (decided, text, try await self.macs([(key, prefix + text)])[0])
  }
}

extension FactorCheck {
  /// Whether its check tells who was authenticated, under a name that the device makes.
  fileprivate var identifiesPerson: Bool { deviceMessages.contains { $0.key == .pseudonym } }
}
