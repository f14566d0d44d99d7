import Octets

package import WireJSON

/// What the device protects: its canonical text is stored, with a MAC of the device over it under a key of its kind.
package protocol DeviceProtected: Sendable {
  static var macKey: MACKey { get }
  func canonical() -> [UInt8]
  /// Nil if it is not what `canonical()` writes.
  init?(canonical text: [UInt8])
}

extension Credential: DeviceProtected { package static var macKey: MACKey { .credentialRow } }
extension SigningJob: DeviceProtected { static var macKey: MACKey { .job } }
extension PendingRequest: DeviceProtected { static var macKey: MACKey { .pending } }
extension Approval: DeviceProtected { static var macKey: MACKey { .pending } }
extension BackchannelBinding: DeviceProtected { static var macKey: MACKey { .pending } }

/// A protected row that was read and parsed. Its value may be used when its MAC was held against the device's.
struct Unverified<Value: DeviceProtected>: Sendable {
  let row: ProtectedRow
  /// Not to be believed before `isRight`.
  let value: Value

  /// Nil if the text is none of this kind, or another row's.
  ///
  /// - Parameter belongs: whether it is the value that was looked for: a protected text may have been put into another
  ///   row.
  init?(_ row: ProtectedRow, where belongs: (Value) -> Bool) {
    guard let value = Value(canonical: row.text), belongs(value) else { return nil }
    (self.row, self.value) = (row, value)
  }

  /// A row of which it is known that it is this value.
  init(_ row: ProtectedRow, _ value: Value) { (self.row, self.value) = (row, value) }

  /// What the device has to compute.
  var message: (key: MACKey, message: [UInt8]) { (Value.macKey, row.text) }

  func isRight(_ mac: [UInt8]) -> Bool { ConstantTime.isEqual(mac, row.mac) }
}

extension SigningService {
  /// A value with the device's MAC.
  package func protectedRow(_ value: some DeviceProtected) async throws -> ProtectedRow {
    try await protectedRow(value.canonical(), value)
  }

  private func protectedRow<Value: DeviceProtected>(_ text: [UInt8], _: Value) async throws -> ProtectedRow {
    ProtectedRow(text: text, mac: try await macs([(Value.macKey, text)])[0])
  }

  /// The value of a row with the device's MAC.
  ///
  /// - Parameters:
  ///   - belongs: whether it is the value that was looked for.
  ///   - name: what names the row in the audit log.
  /// - Throws: `fault` if the row is not what the gateway wrote; the audit log says so once.
  package func verifiedValue<Value: DeviceProtected>(
    _ row: ProtectedRow, as _: Value.Type = Value.self, where belongs: (Value) -> Bool, named name: (String, JSONValue),
    else fault: any Error
  ) async throws -> Value {
    guard let check = Unverified<Value>(row, where: belongs), check.isRight(try await macs([check.message])[0]) else {
      try await noteEdited(row, named: name)
      throw fault
    }
    return check.value
  }
}
