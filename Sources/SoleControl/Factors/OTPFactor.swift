import Octets
import Vocabulary
package import WireJSON

/// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, 30 s, 6 digits, as authenticator apps make them.
enum TOTP {
  static let period: UnixTime = 30

  static func step(at now: UnixTime) -> Int64 { now / period }

  /// Time from which the code of a step is refused for its age.
  static func end(of step: Int64) -> UnixTime { (step + 2) * period }

  /// The moving factor as RFC 4226 §5.2 feeds it to the HMAC.
  static func message(step: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
  }

  /// RFC 4226 §5.3, dynamic truncation to 6 digits.
  static func code(_ mac: [UInt8]) -> String {
    let offset = Int(mac[19] & 15)
    let number =
      (UInt32(mac[offset] & 0x7f) << 24) | (UInt32(mac[offset + 1]) << 16) | (UInt32(mac[offset + 2]) << 8)
      | UInt32(mac[offset + 3])
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }
}

extension FactorState {
  /// The last step whose code was used, as far as it has come: a later one was counted by a clock that was ahead, and
  /// would make the authenticator useless for as long as that was.
  func usedStep(at now: UnixTime) -> Int64 { isAhead(at: now) ? 0 : lastStep }

  func isAhead(at now: UnixTime) -> Bool { lastStep > TOTP.step(at: now + Lifetime.skew) + 1 }
}

/// The code of an authenticator app (RFC 6238).
package struct OTPFactor: Factor, Equatable {
  package static var id: FactorID { .otp }
  package static let traits = FactorTraits(
    isGuessable: true, isCheckedElsewhere: false, isAboutDigests: false, isForPages: true)

  /// The TOTP secret, wrapped by the device.
  let secret: WrappedKey

  init(secret: WrappedKey) { self.secret = secret }

  package var members: [(String, JSONValue)] { [("secret", .octets(secret.bytes))] }

  package init?(members object: JSONObject) {
    guard let secret = object.octets("secret") else { return nil }
    self.init(secret: WrappedKey(secret))
  }

  /// The code of the current step, the one before and the one after are accepted (RFC 6238 §5.2).
  package func prepare(_ presented: PresentedFactor, in factors: FactorService) async throws -> FactorCheck {
    let (code, credential) = (presented.value, presented.credential)
    let current = TOTP.step(at: presented.now)
    let steps = [current - 1, current, current + 1]
    let macs: [[UInt8]]
    do { macs = try await factors.context.device.oneTimeCodes(secret, messages: steps.map(TOTP.message)) } catch {
      throw error.asFault
    }
    // All are compared, so the time does not tell which one fits.
    let fitting = zip(steps, macs).filter { ConstantTime.isEqual(Array(TOTP.code($0.1).utf8), Array(code.utf8)) }
      .map(\.0)
    let use = SingleUse.digest(
      "one-time password", issuer: "\(credential.partner.rawValue) \(credential.signer.rawValue)",
      id: "\(fitting.last ?? 0) \(code)")
    return FactorCheck(
      factor: Self.id, evidenceID: presented.evidenceID, OTPVerdict(step: fitting.last, use: use))
  }
}

extension CredentialPlan.Factor {
  /// - Parameter secret: the secret octets of the authenticator app.
  public static func otp(secret: [UInt8]) -> Self {
    Self { _, keys, _ in Authenticator(OTPFactor(secret: try await keys.wrap(secret: secret))) }
  }
}

private struct OTPVerdict: Verdict {
  /// The time step whose code was presented; nil if none was.
  let step: Int64?
  /// The code's name among what was used.
  let use: [UInt8]

  func keys(of factor: FactorID, _ credential: CredentialID) -> [SoleControlKey] {
    [.factorState(factor, credential, .exclusive), .usedToken(use, .exclusive)]
  }

  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    try decision.counted(factor) { state in
      // One authenticator serves several credentials of a person; its code is good for one of them.
      guard let step, step > state.usedStep(at: decision.now),
        try decision.transaction.use(
          once: use, until: TOTP.end(of: step) + SingleUse.clockDifference, now: decision.now)
      else { return false }
      state.lastStep = step
      return true
    }
  }
}
