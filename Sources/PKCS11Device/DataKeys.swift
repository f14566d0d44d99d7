internal import CCryptoki
public import Enrolment
public import SoleControl

/// Secrets of personal data. Each is used rarely, so it is not kept live: no key of a signature must make way for it.
extension Device: DataKeyDevice {
  public func makeDataKey() async throws(DeviceError) -> WrappedKey {
    try await pool.run { worker in
      let secret = try worker.session.generateKey(
        UInt(CKM_GENERIC_SECRET_KEY_GEN),
        [(UInt(CKA_VALUE_LEN), .number(32)), (UInt(CKA_SIGN), .flag(true))] + KeyPromises.made.template)
      return try Self.wrapAway(secret, on: worker)
    }
  }

  public func dataKeys(_ secrets: [WrappedKey], for purpose: String) async throws(DeviceError) -> [[UInt8]] {
    let purpose = Array(purpose.utf8)
    return try await pool.run { [self] worker in
      try secrets.map { secret in
        let key = try unwrap(secret, .secret, on: worker)
        defer { try? worker.session.destroy(key) }
        return try worker.session.sign(.hmacSHA256, key: key, purpose)
      }
    }
  }
}
