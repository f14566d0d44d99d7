import Octets
package import Vocabulary
package import WireJSON

/// A PIN that the customer knows.
package struct PINFactor: Factor, Equatable {
  package static var id: FactorID { .pin }
  package static let traits = FactorTraits(
    isGuessable: true, isCheckedElsewhere: false, isAboutDigests: false, isForPages: true)

  let pin: PINVerifier

  package init(_ pin: PINVerifier) { self.pin = pin }

  package var members: [(String, JSONValue)] { pin.members }

  package init?(members object: JSONObject) {
    guard let pin = PINVerifier(members: object) else { return nil }
    self.init(pin)
  }

  package func prepare(_ presented: PresentedFactor, in _: FactorService) async throws -> FactorCheck {
    pin.check(presented.value, of: presented.credential.id, for: Self.id, evidenceID: presented.evidenceID)
  }
}

extension Authenticator {
  package static func pin(_ pin: PINVerifier) -> Authenticator { Authenticator(PINFactor(pin)) }
}

extension CredentialPlan.Factor {
  public static func pin(_ pin: String) -> Self {
    Self { id, _, context in Authenticator(PINFactor(try await PINVerifier(of: pin, id, context))) }
  }
}

/// The verifier of a PIN: HMAC, made in the device, over credential, salt and PIN. A stolen database cannot be searched
/// for PINs, because every guess needs the device.
package struct PINVerifier: Sendable, Equatable {
  package let salt: [UInt8]
  package let verifier: [UInt8]

  package init(salt: [UInt8], verifier: [UInt8]) {
    self.salt = salt
    self.verifier = verifier
  }

  /// Has the device make it, for a PIN of this credential.
  package init(of pin: String, _ credential: CredentialID, _ context: ServiceContext) async throws {
    let salt = try await context.random(16)
    self.init(salt: salt, verifier: try await context.macs([(.pin, Self.message(pin, credential, salt: salt))])[0])
  }

  var members: [(String, JSONValue)] {
    [("salt", .octets(salt)), ("verifier", .octets(verifier))]
  }

  init?(members object: JSONObject) {
    guard let salt = object.octets("salt"),
      let verifier = object.octets("verifier")
    else { return nil }
    self.init(salt: salt, verifier: verifier)
  }

  /// The message of the device's MAC. The credential is in it, so a verifier copied to another credential does not open
  /// that one.
  private static func message(_ pin: String, _ credential: CredentialID, salt: [UInt8]) -> [UInt8] {
    let text: JSONValue = [
      "credential": .string(credential.rawValue), "salt": .octets(salt), "pin": .string(pin),
    ]
    return text.canonical()
  }

  /// Holds a PIN against it.
  func check(_ pin: String, of credential: CredentialID, for factor: FactorID, evidenceID: String) -> FactorCheck {
    FactorCheck(
      factor: factor, evidenceID: evidenceID, deviceMessages: [(.pin, Self.message(pin, credential, salt: salt))]
    ) { macs in
      DecidedCheck(
        factor: factor, evidenceID: evidenceID,
        verdict: PINVerdict(isRight: ConstantTime.isEqual(macs[0], verifier)))
    }
  }
}

private struct PINVerdict: Verdict {
  let isRight: Bool

  func keys(of factor: FactorID, _ credential: CredentialID) -> [SoleControlKey] {
    [.factorState(factor, credential, .exclusive)]
  }

  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    try decision.counted(factor) { _ in isRight }
  }
}

/// Rules for the PIN that people choose for a credential. Tries are counted and the credential locks, so it need not be
/// long; it must not be what everybody tries first.
public enum PINRule {
  public static let length = 6...12

  public static func isSuitable(_ pin: String) -> Bool {
    let digits = Array(pin.utf8)
    guard length.contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return false }
    // All equal, or counting up or down.
    let steps = Set(zip(digits, digits.dropFirst()).map { Int($1) - Int($0) })
    return steps.count > 1 || !steps.isSubset(of: [-1, 0, 1])
  }
}
