import Crypto
import Foundation
public import Vocabulary

/// RFC 6238 with HMAC-SHA-1, by another implementation than the device's.
public enum TOTP {
  public static func code(_ secret: [UInt8], at time: UnixTime) -> String {
    let message = withUnsafeBytes(of: UInt64(time / 30).bigEndian) { Array($0) }
    let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    let offset = Int(mac[19] & 15)
    let number = mac[offset...offset + 3].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    return String(format: "%06d", number % 1_000_000)
  }
}
