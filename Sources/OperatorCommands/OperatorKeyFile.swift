import Assembly
import ArgumentParser
import Contracts
import Crypto
import Foundation
import Octets

/// A file with an operator's key: ECDSA with P-256, PEM (RFC 7468). To name the operator the public key is enough.
struct OperatorKeyFile {
  let key: OperatorKey
  private let privateKey: P256.Signing.PrivateKey?

  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largest,
      let text = String(data: data, encoding: .utf8)
    else { throw ValidationError("cannot read \(path) as a file of one key") }
    let publicKey: P256.Signing.PublicKey
    if text.contains("PRIVATE KEY-----") {
      guard let key = Self.block(of: text).flatMap({ try? P256.Signing.PrivateKey(pemRepresentation: $0) }) else {
        throw ValidationError("\(path) has no private key of P-256, unencrypted; \(Self.remedy)")
      }
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & 0o007 == 0 else {
        throw ValidationError("\(path) can be read by every user of this machine; chmod 600 \(path)")
      }
      (privateKey, publicKey) = (key, key.publicKey)
    } else {
      guard let key = try? P256.Signing.PublicKey(pemRepresentation: text) else {
        throw ValidationError("\(path) has no key of P-256 (PUBLIC KEY or PRIVATE KEY); \(Self.remedy)")
      }
      (privateKey, publicKey) = (nil, key)
    }
    guard let key = OperatorKey(Array(publicKey.derRepresentation)) else {
      throw ValidationError("\(path) has no key of P-256")
    }
    self.key = key
  }

  /// Octets of a file.
  private static let largest = 65536
  private static let remedy = "'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256' makes one"

  /// The block of the private key: one of parameters may stand before it.
  private static func block(of text: String) -> String? {
    guard let kind = text.firstMatch(of: /-----BEGIN ((?:EC )?PRIVATE KEY)-----/)?.1,
      let start = text.range(of: "-----BEGIN \(kind)-----"),
      let end = text.range(of: "-----END \(kind)-----", range: start.upperBound..<text.endIndex)
    else { return nil }
    return String(text[start.lowerBound..<end.upperBound])
  }

  /// Signs a statement.
  func sign(_ statement: ContractStatement) throws -> OperatorProof {
    guard let privateKey else { throw ValidationError("--as needs a private key") }
    let signature = try privateKey.signature(for: statement.octets)
    return OperatorProof(key: key, statement: statement, signature: Array(signature.derRepresentation))
  }
}

/// The operator who acts.
struct ActingOperator: ParsableArguments {
  @Option(name: .customLong("as"), help: "The acting operator's private key (PEM, P-256). It signs what is done.")
  var key: String

  func sign() throws -> ContractOffice.Sign {
    let file = try OperatorKeyFile(path: key)
    return { try file.sign($0) }
  }
}

extension ContractService.Outcome {
  /// Says what became of an act.
  func report(_ what: String) {
    switch self {
    case .done(let revision): print("\(what) (revision \(revision)); in force in every gateway within a second")
    case .proposed(let change):
      print(
        """
        proposed: \(what). A second operator has to look at it and approve it by \(TimeText.utc(seconds: change.expires)):
        countersign change show \(change.id)
        countersign change approve \(change.id) --digest DIGEST
        """)
    }
  }
}
