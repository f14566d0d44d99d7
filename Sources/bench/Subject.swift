import SoleControl
import Vocabulary

/// The operation that is measured.
enum Subject {
  case p256, rsa2048

  var name: String { self == .p256 ? "P-256" : "RSA-2048" }
  var keyType: KeyType { self == .p256 ? .ec(.p256) : .rsa(bits: 2048) }
  var algorithm: SignatureAlgorithm { self == .p256 ? .ecdsa(.sha256) : .rsaPKCS1(.sha256) }
  var oid: String { self == .p256 ? OID.ecdsaWithSHA256 : OID.sha256WithRSAEncryption }
}

/// One way through the service. `run` returns how many signatures it made.
struct Measurement {
  let name: String
  let run: @Sendable (TestStand, Credential, Subject) async throws -> Int

  static let all = [
    Measurement(name: "signHash, 1 hash a call (core)") { stand, credential, subject in
      let sad = try await stand.sharedSAD(credential)
      return try await stand.sign(credential, sad, subject, count: 1)
    },
    Measurement(name: "signHash, 100 hashes a call, with authorize (core)") { stand, credential, subject in
      let sad = try await stand.authorize(credential, count: 100)
      return try await stand.sign(credential, sad, subject, count: 100)
    },
    Measurement(name: "authorize + signHash pairs (core)") { stand, credential, subject in
      let sad = try await stand.authorize(credential, count: 1)
      return try await stand.sign(credential, sad, subject, count: 1)
    },
    Measurement(name: "authorize + signHash pairs (HTTP, both ends here)") { stand, credential, subject in
      try await stand.pairOverHTTP(credential, subject)
      return 1
    },
  ]
}
