import Crypto

/// The keys with which a store knows that it has all rows, and none twice or from before: each row has an element, and
/// the sum of the elements of all rows is what the processes that wrote them have added and taken away
/// (Specs/decisions/0067-sums-of-rows.md).
///
/// A row's MAC says that a gateway wrote it. It does not say when: an older row fits as well.
public struct RowSumKeys: Sendable {
  private static let label = Array("countersign row sums v1".utf8)

  private let element: HMAC<SHA256>
  private let secret: SymmetricKey

  init(_ secret: SymmetricKey) {
    func key(_ use: String) -> SymmetricKey {
      HKDF<SHA256>.expand(pseudoRandomKey: secret, info: Self.label + Array(" \(use)".utf8), outputByteCount: 32)
    }
    element = HMAC(key: key("element"))
    self.secret = key("box")
  }

  /// The element of a row, 32 octets. It cannot be told from the row, so that no rows can be chosen which have the same
  /// sum.
  ///
  /// - Parameter mac: names the row as it is, among all rows of all times.
  public func element(of mac: [UInt8]) -> [UInt8] {
    var code = element
    code.update(data: mac)
    return code.finalize().withUnsafeBytes { Array($0) }
  }

  /// The box for the sums of one lane. They are encrypted, because the difference of two is the element of a row.
  public func box(of lane: Int64) -> RowSumBox {
    let name = withUnsafeBytes(of: lane.bigEndian) { Array($0) }
    return RowSumBox(
      key: HKDF<SHA256>.expand(pseudoRandomKey: secret, info: Array("lane ".utf8) + name, outputByteCount: 32))
  }
}

/// Encrypts the sums of one lane with AES-256-GCM.
public struct RowSumBox: Sendable {
  fileprivate let key: SymmetricKey

  /// - Parameter number: never the same twice for one lane. It stands in the nonce.
  /// - Returns: nonce, ciphertext and tag.
  public func seal(_ octets: [UInt8], number: UInt64) throws -> [UInt8] {
    let nonce = [0, 0, 0, 0] + withUnsafeBytes(of: number.bigEndian) { Array($0) }
    let box = try AES.GCM.seal(octets, using: key, nonce: AES.GCM.Nonce(data: nonce))
    return nonce + Array(box.ciphertext) + Array(box.tag)
  }

  /// - Throws: if it is none of this lane's.
  public func open(_ sealed: [UInt8]) throws -> [UInt8] {
    Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key))
  }
}
