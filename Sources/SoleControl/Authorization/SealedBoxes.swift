import Octets

/// Boxes for what waits in the store for somebody who brings a secret.
extension SealedBox {
  /// For the SAD that took the place of an extended one, which opens it.
  static func successor(of extended: SignatureActivationData) -> SealedBox {
    SealedBox(secret: extended.octets, purpose: "countersign SAD successor")
  }

  /// For the SAD of an authorization that waited; the handle opens it.
  static func pending(handle: String) -> SealedBox {
    SealedBox(secret: Array(handle.utf8), purpose: "countersign SAD pending")
  }

  /// For a provider's id of a request (`auth_req_id`); the handle opens it.
  static func requestID(handle: String) -> SealedBox {
    SealedBox(secret: Array(handle.utf8), purpose: "countersign auth_req_id")
  }

  /// Nil if the SAD was not sealed in this box, or was changed.
  func openSAD(_ sealed: [UInt8]) -> SignatureActivationData? {
    (try? open(sealed)).flatMap(SignatureActivationData.init(octets:))
  }

  /// Nil if the text was not sealed in this box, or was changed.
  func openText(_ sealed: [UInt8]) -> String? { (try? open(sealed)).flatMap { String(validating: $0, as: UTF8.self) } }
}
