internal import Octets

/// A witness's statement about a checkpoint: that it saw the log only grow up to it, and when (C2SP tlog-cosignature,
/// "Format").
public struct Cosignature: Hashable, Sendable {
  /// Octets of an Ed25519 signature.
  static let signatureSize = 64

  /// The last second of the year 9999, since 1970. Later times are shown nowhere: they are of no clock.
  public static let latestShown: Int64 = 253_402_300_799

  /// Seconds since 1970, by the witness's clock.
  public let time: UInt64
  /// 64 octets, over `message`.
  public let signature: [UInt8]

  /// - Returns: nil unless the signature has 64 octets and the time 63 bits.
  public init?(time: UInt64, signature: [UInt8]) {
    guard signature.count == Self.signatureSize, time <= UInt64(Int64.max) else { return nil }
    self.time = time
    self.signature = signature
  }

  /// Reads `octets`.
  public init?(_ octets: [UInt8]) {
    guard octets.count == 8 + Self.signatureSize else { return nil }
    self.init(time: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, signature: Array(octets.dropFirst(8)))
  }

  /// The time in eight octets, the highest first, and the signature: what a `NoteSignature` has.
  public var octets: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * $0)) } + signature }

  /// The octets that a witness signs ("Ed25519 signed message"). Nil if the text is no checkpoint, as a witness signs
  /// nothing else.
  public static func message(text: [UInt8], time: UInt64) -> [UInt8]? {
    guard (try? Checkpoint(text: text)) != nil else { return nil }
    return Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }
}
