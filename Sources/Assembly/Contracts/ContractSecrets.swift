import Foundation
import Octets
import SoleControl

/// The key of secrets in contracts, which every gateway of the device has.
struct ContractSecrets: Sendable {
  private static let label = Array("countersign contract secrets v1".utf8) + [0]
  /// Octets in front of each box: no two texts have one key.
  private static let saltLength = 16

  private let secret: [UInt8]

  init(secret: [UInt8]) { self.secret = secret }

  /// Has the device make it.
  static func derived(from device: any SigningDevice, service: String) async throws -> ContractSecrets {
    ContractSecrets(secret: try await device.authenticationCodes([(.store, label + Array(service.utf8))])[0])
  }

  /// - Parameters:
  ///   - name: of what has the secret. The box of one does not open for another.
  ///   - salt: random, 16 octets.
  func seal(_ text: String, of name: String, salt: [UInt8]) throws -> [UInt8] {
    precondition(salt.count == Self.saltLength)
    return salt + (try box(name, salt).seal(Array(text.utf8)))
  }

  /// - Throws: if it was sealed for something else, or changed.
  func open(_ sealed: [UInt8], of name: String) throws -> String {
    guard sealed.count > Self.saltLength + 16 else { throw ConfigError(description: "the secret of \(name) is cut") }
    let octets = try box(name, Array(sealed.prefix(Self.saltLength))).open(Array(sealed.dropFirst(Self.saltLength)))
    return String(decoding: octets, as: UTF8.self)
  }

  private func box(_ name: String, _ salt: [UInt8]) -> SealedBox {
    SealedBox(secret: secret + salt, purpose: "secret of \(name)")
  }
}
