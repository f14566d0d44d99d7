internal import Crypto

/// The user's authenticator app (RFC 6238: HMAC-SHA-1, 30 s, 6 digits). A code is good once, so each is handed out
/// once, over both versions and the log-in pages; when this step's code is gone, the next step is awaited.
final class Authenticator {
  private static let period = 30.0

  private let secret: [UInt8]
  private let clock: any ClockPort
  private let note: (String) -> Void
  private var lastStep = Int64.min

  init(secret: [UInt8], clock: any ClockPort, note: @escaping (String) -> Void) {
    self.secret = secret
    self.clock = clock
    self.note = note
  }

  func code() async -> String {
    var step = Int64(clock.now() / Self.period)
    if step <= lastStep {
      let wait = Double(lastStep + 1) * Self.period - clock.now() + 0.2
      note("waiting \(Seconds.text(wait)) s for the next one-time password")
      await clock.sleep(seconds: wait)
      step = max(Int64(clock.now() / Self.period), lastStep + 1)
    }
    lastStep = step
    return Self.code(secret, step: step)
  }

  /// Six digits that are no code of any step near now.
  func wrongCode() -> String {
    let step = Int64(clock.now() / Self.period)
    let right = Set((step - 3...step + 3).map { Self.code(secret, step: $0) })
    return ["123456", "234567", "345678", "456789", "567890", "678901", "789012", "890123"].first {
      !right.contains($0)
    } ?? "000000"
  }

  static func code(_ secret: [UInt8], step: Int64) -> String {
    let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
    let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    let offset = Int(mac[19] & 15)
    let number = mac[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }
}
