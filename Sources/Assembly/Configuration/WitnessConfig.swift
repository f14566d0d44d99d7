import Octets
package import TransparencyLog

extension Config {
  /// A witness: a service of somebody else that signs that it saw the log only grow.
  struct WitnessConfig {
    /// For the operator's log. Default: the name in the key.
    var name: String
    /// Address below which it answers `add-checkpoint`, without a slash at the end. Default: none; it fetches
    /// checkpoints and brings its cosignatures to `/log/cosignatures`, so the log has to be served (`log.serve`).
    var url: String?
    /// Verifier key of its cosignatures (C2SP signed-note, "vkey", type 4: Ed25519), from the witness's operator.
    var key: NoteKey
    /// PEM file of the roots to trust for its TLS certificate. Default: the system's.
    var trustAnchors: String?
    /// Plain HTTP, if it is on the same machine. Default: false.
    var allowsPlainHTTP: Bool

    /// Each is asked by itself, and each checkpoint can have a line of each.
    static let most = 16

    /// - Parameter isServed: whether it could fetch checkpoints.
    private init(_ reader: ConfigReader, isServed: Bool) throws {
      let text = try reader.string("key")
      guard let key = try? NoteKey(vkey: text) else {
        throw reader.error(
          "key",
          "is no verifier key: name, eight hexadecimal digits and base64 with + between them, as the witness's operator tells it"
        )
      }
      guard key.kind == .cosignature else {
        throw reader.error("key", "is the key of a log; the one with which the witness cosigns has type 4 (Ed25519)")
      }
      self.key = key
      name = try reader.string("name", default: key.name, longest: NoteKey.longestName)
      allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
      trustAnchors = try reader.trustAnchors()
      if reader.names.contains("url") {
        url = try reader.url("url", allowsPlainHTTP: allowsPlainHTTP, isBase: true)
      } else {
        guard isServed else {
          throw reader.error("url", "is missing; a witness without one fetches checkpoints, and the log is not served")
        }
        for name in ["trustAnchors", "allowsPlainHTTP"] where reader.names.contains(name) {
          throw reader.error(name, "is of no use without \"url\"")
        }
      }
      try reader.finish()
    }

    /// - Parameters:
    ///   - reader: of `log`.
    ///   - isServed: whether the log is.
    static func list(_ reader: ConfigReader, isServed: Bool) throws -> [WitnessConfig] {
      let readers = try reader.list("witnesses")
      guard readers.count <= most else { throw reader.error("witnesses", "are more than \(most)") }
      let witnesses = try readers.map { try WitnessConfig($0, isServed: isServed) }
      // A cosignature does not say whose key made it: one key under two names would count twice.
      guard Set(witnesses.map(\.key.publicKey)).count == witnesses.count else {
        throw reader.error("witnesses", "has one key twice; each witness has a key of its own")
      }
      guard Set(witnesses.map { OctetText($0.name) }).count == witnesses.count else {
        throw reader.error("witnesses", "has one name twice; give each a \"name\"")
      }
      return witnesses
    }
  }

  /// Keys of the witnesses of the log.
  package var witnessKeys: [NoteKey] { log.witnesses.map(\.key) }
}
