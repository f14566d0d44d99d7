import WireJSON

/// What the device seals: its canonical text is stored, with a MAC of the device over it under a key of its kind.
protocol DeviceSealed: Sendable {
  static var sealKey: MACKey { get }
  func canonical() -> [UInt8]
  /// Nil if it is not what `canonical()` writes.
  init?(canonical text: [UInt8])
}

extension Credential: DeviceSealed { static var sealKey: MACKey { .credentialRow } }
extension EnrolledIdentity: DeviceSealed { static var sealKey: MACKey { .identity } }
extension CredentialOrder: DeviceSealed { static var sealKey: MACKey { .order } }
extension SigningJob: DeviceSealed { static var sealKey: MACKey { .job } }
extension PendingTerms: DeviceSealed { static var sealKey: MACKey { .pending } }
extension Approval: DeviceSealed { static var sealKey: MACKey { .pending } }
extension AppRequest: DeviceSealed { static var sealKey: MACKey { .pending } }

/// A sealed row that was read and parsed. Its value may be used when the seal was held against the device's MAC.
struct SealCheck<Value: DeviceSealed>: Sendable {
  let row: SealedRow
  /// Not to be believed before `isRight`.
  let value: Value

  /// Nil if the text is none of this kind, or another row's.
  ///
  /// - Parameter belongs: whether it is the value that was looked for: a sealed text may have been put into another row.
  init?(_ row: SealedRow, where belongs: (Value) -> Bool) {
    guard let value = Value(canonical: row.text), belongs(value) else { return nil }
    (self.row, self.value) = (row, value)
  }

  /// A row of which it is known that it is this value.
  init(_ row: SealedRow, _ value: Value) { (self.row, self.value) = (row, value) }

  /// What the device has to compute.
  var message: (key: MACKey, message: [UInt8]) { (Value.sealKey, row.text) }

  func isRight(_ mac: [UInt8]) -> Bool { SigningService.isEqual(mac, row.seal) }
}

extension SigningService {
  /// A value with the device's seal.
  func sealed(_ value: some DeviceSealed) async throws -> SealedRow { try await sealed(value.canonical(), value) }

  private func sealed<Value: DeviceSealed>(_ text: [UInt8], _: Value) async throws -> SealedRow {
    SealedRow(text: text, seal: try await codes([(Value.sealKey, text)])[0])
  }

  /// The value of a row that the device sealed.
  ///
  /// - Parameters:
  ///   - belongs: whether it is the value that was looked for.
  ///   - name: what names the row in the audit log.
  /// - Throws: `fault` if the row is not what the gateway once sealed; the audit log says so once.
  func unsealed<Value: DeviceSealed>(
    _ row: SealedRow, as _: Value.Type = Value.self, where belongs: (Value) -> Bool, named name: (String, JSONValue),
    else fault: InternalFault
  ) async throws -> Value {
    guard let check = SealCheck<Value>(row, where: belongs), check.isRight(try await codes([check.message])[0]) else {
      throw try await integrityFault(row, named: name, fault)
    }
    return check.value
  }
}
