import Octets
import Crypto

/// The keys under which a store protects whole rows: every column of a row with its primary key.
///
/// They guard against somebody who writes the database and does nothing else. Such a writer has no device, so it is
/// enough that the process has the keys: one MAC of the device at start, and from then on no visit to it. Every process
/// that has the same device and the same name of the service derives the same keys
/// (Specs/decisions/0030-sealed-rows-of-the-store.md).
public struct RowMACs: Sendable {
  private static let label = Array("countersign row MACs v1".utf8) + [0]

  private let secret: SymmetricKey

  /// - Parameter secret: 32 octets, unknown to anyone who can write the database.
  public init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

  /// Has the device make the secret, under a MAC key that serves nothing else.
  ///
  /// - Parameter service: the name of the service in every binding; rows of another service on the same device do not
  ///   fit.
  public static func derived(
    from device: any SigningDevice, service: String
  ) async throws(DeviceError) -> RowMACs {
    RowMACs(secret: try await device.authenticationCodes([(.store, label + Array(service.utf8))])[0])
  }

  /// The MACs of one kind of row. Kinds have keys of their own, so a row of one kind is never one of another.
  ///
  /// - Parameter kind: the name of the table.
  public func mac(of kind: String) -> RowMAC {
    RowMAC(
      HKDF<SHA256>.expand(
        pseudoRandomKey: secret, info: Array("countersign row of \(kind)".utf8), outputByteCount: 32))
  }
}

extension RowMACs {
  /// The keys of the sums of rows.
  public func sumKeys() -> RowSumKeys { RowSumKeys(secret) }
}

/// HMAC-SHA-256 over the octets of a row of one kind.
public struct RowMAC: Sendable {
  /// With the key taken in already, so that a short row costs two blocks of SHA-256 and not four.
  private let keyed: HMAC<SHA256>

  fileprivate init(_ key: SymmetricKey) { keyed = HMAC(key: key) }

  /// - Parameter row: from which every column, and whether it is null, can be read back.
  public func code(of row: [UInt8]) -> [UInt8] {
    var code = keyed
    code.update(data: row)
    return code.finalize().withUnsafeBytes { Array($0) }
  }

  /// Compares in a time that tells nothing about where they differ.
  public func isRight(_ mac: [UInt8], for row: [UInt8]) -> Bool { ConstantTime.isEqual(mac, code(of: row)) }
}

/// A row of the store that no gateway of this device wrote so. Nothing is concluded from it.
public struct EditedRow: Equatable, Sendable, CustomStringConvertible {
  public let table: String
  /// The row's name: its primary key, octets in hexadecimal. No person's name. Empty if it is not known which rows.
  public let key: String

  public init(table: String, key: String) {
    self.table = table
    self.key = key
  }

  /// Rows of some tables, of which it is not known which.
  public init(tables: [String]) { self.init(table: tables.joined(separator: " "), key: "") }

  public var description: String {
    key.isEmpty
      ? "rows of \(table) that were put back, removed or added" : "a row of \(table) that was edited: \(key)"
  }
}
