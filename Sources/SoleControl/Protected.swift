import Octets
package import WireJSON

/// A value that the store keeps as its canonical text, with a MAC of the device over it under a key of its kind.
package protocol DeviceProtected: CanonicalText, Sendable {
  static var macKey: MACKey { get }
}

/// A protected row that was read and parsed, and whose MAC is not checked yet.
package struct Unverified<Value: DeviceProtected>: Sendable {
  let row: ProtectedRow
  /// Not to be believed before `isRight`.
  let value: Value
  /// Whether this process has held the same octets against the MAC before.
  var isKnown = false

  /// Nil if the text is none of this kind, or another row's.
  ///
  /// - Parameter belongs: whether it is the value that was looked for: a protected text may have been put into another
  ///   row.
  init?(_ row: ProtectedRow, where belongs: (Value) -> Bool) {
    guard let value = Value(canonical: row.text), belongs(value) else { return nil }
    (self.row, self.value) = (row, value)
  }

  /// A row of which it is known that it is this value.
  init(_ row: ProtectedRow, _ value: Value, isKnown: Bool = false) {
    (self.row, self.value, self.isKnown) = (row, value, isKnown)
  }

  /// The message of which the device has to compute the MAC.
  var message: (key: MACKey, message: [UInt8]) { (Value.macKey, row.text) }

  func isRight(_ mac: [UInt8]) -> Bool { ConstantTime.isEqual(mac, row.mac) }
}

extension ServiceContext {
  /// A value with the device's MAC.
  package func protectedRow<Value: DeviceProtected>(_ value: Value) async throws -> ProtectedRow {
    let text = value.canonical()
    return ProtectedRow(text: text, mac: try await macs([(Value.macKey, text)])[0])
  }

  /// The value of a row with the device's MAC.
  ///
  /// - Parameters:
  ///   - belongs: whether it is the value that was looked for.
  ///   - name: names the row in the audit log.
  /// - Throws: `fault` if the row is not as a gateway wrote it; the audit log says so once.
  package func verifiedValue<Value: DeviceProtected>(
    _ row: ProtectedRow, as _: Value.Type = Value.self, where belongs: (Value) -> Bool, named name: (String, JSONValue),
    else fault: any Error
  ) async throws -> Value {
    let unverified = try await load(row, as: Value.self, where: belongs, named: name, else: fault)
    guard unverified.isRight(try await macs([unverified.message])[0]) else {
      throw try await integrityFault(row, named: name, fault)
    }
    return unverified.value
  }

  /// The row, parsed. Its MAC is for the caller to look at, who has the device make others in the same visit.
  ///
  /// - Throws: `fault` if the row is no such value; the audit log says so once.
  func load<Value: DeviceProtected>(
    _ row: ProtectedRow, as _: Value.Type = Value.self, where belongs: (Value) -> Bool, named name: (String, JSONValue),
    else fault: any Error
  ) async throws -> Unverified<Value> {
    guard let unverified = Unverified<Value>(row, where: belongs) else {
      throw try await integrityFault(row, named: name, fault)
    }
    return unverified
  }
}

/// A value with one text: the octets that are stored, digested, or covered by a MAC.
package protocol CanonicalText {
  func canonical() -> [UInt8]
  /// Nil if it is not what `canonical()` writes.
  init?(canonical text: [UInt8])
}

/// A value whose text is canonical JSON: members in a fixed order, without white space (RFC 8785).
package protocol CanonicalObject: CanonicalText {
  var object: JSONObject { get }
  /// Nil if it is not what `object` makes.
  init?(object: JSONObject)
}

extension CanonicalObject {
  package func canonical() -> [UInt8] { JSONValue.object(object).canonical() }

  package init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object else { return nil }
    self.init(object: object)
  }
}

extension JSONValue {
  /// Octets, in hexadecimal.
  static func octets(_ octets: [UInt8]) -> JSONValue { .string(Hex.encode(octets)) }

  /// Lists of octets, in hexadecimal.
  static func octets(_ lists: [[UInt8]]) -> JSONValue { .array(lists.map { .octets($0) }) }
}

extension JSONObject {
  /// Nil if there is no such member, or it is not what `JSONValue.octets` makes.
  func octets(_ name: String) -> [UInt8]? { self[name]?.string.flatMap(Hex.decode) }

  /// Nil if there is no such member, or one of its elements is not what `JSONValue.octets` makes.
  func listOfOctets(_ name: String) -> [[UInt8]]? {
    guard let values = self[name]?.array else { return nil }
    let lists = values.compactMap { $0.string.flatMap(Hex.decode) }
    return lists.count == values.count ? lists : nil
  }
}
