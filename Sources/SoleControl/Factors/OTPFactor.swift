import Lifetimes
import Octets

/// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, 30 s, 6 digits, as authenticator apps make them.
enum TOTP {
  static let period: UnixTime = 30

  static func step(at now: UnixTime) -> Int64 { now / period }

  /// When the code of a step is refused for its age.
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
  /// The last step whose code was used, as far as it has come: a later one was counted by a clock that was ahead, and would
  /// make the authenticator useless for as long as that was.
  func usedStep(at now: UnixTime) -> Int64 { isAhead(at: now) ? 0 : lastStep }

  func isAhead(at now: UnixTime) -> Bool { lastStep > TOTP.step(at: now + Lifetime.skew) + 1 }
}

extension SigningService {
  /// The code of the current step, the one before and the one after are accepted (RFC 6238 §5.2).
  func otpCheck(
    _ code: String, _ secret: WrappedKey, of credential: Credential, evidenceID: String, now: UnixTime
  ) async throws -> FactorCheck {
    let current = TOTP.step(at: now)
    let steps = [current - 1, current, current + 1]
    let macs: [[UInt8]]
    do { macs = try await device.oneTimeCodes(secret, messages: steps.map(TOTP.message)) } catch {
      throw error.asFault
    }
    // All are compared, so the time does not tell which one fits.
    let fitting = zip(steps, macs).filter { ConstantTime.isEqual(Array(TOTP.code($0.1).utf8), Array(code.utf8)) }.map(
      \.0)
    let use = SingleUse.digest(
      "one-time password", issuer: "\(credential.partner.rawValue) \(credential.signer.rawValue)",
      id: "\(fitting.last ?? 0) \(code)")
    return FactorCheck(factor: .otp, evidenceID: evidenceID, deviceMessages: []) { _ in
      DecidedCheck(factor: .otp, evidenceID: evidenceID, detail: [], verdict: .otp(step: fitting.last, use: use))
    }
  }
}
