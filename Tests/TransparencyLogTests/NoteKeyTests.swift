import Crypto
import Octets
import Testing
import TransparencyLog

@Suite("Verifier keys", .timeLimit(.minutes(2)))
struct NoteKeyTests {
  /// Keys that are printed in C2SP signed-note and in the tests of golang.org/x/mod/sumdb/note and
  /// github.com/transparency-dev/formats.
  static let published: [(vkey: String, kind: NoteKey.Kind, name: String)] = [
    ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .ed25519, "example.com/foo"),
    ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .ed25519, "PeterNeumann"),
    ("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop", .ed25519, "EnochRoot"),
    ("logandmap+38581672+Ab/PCr1eCclRPRMBqw/r5An1xO71MCnImLiospEq6b4l", .ed25519, "logandmap"),
    ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", .cosignature, "remora.n621.de"),
    (
      "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l"
        + "+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=", .ecdsaP256, "rekor.sigstore.dev"
    ),
    (
      "pixel6_transparency_log+91c16e30+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN+4x0Jk1yTwvLFI9A4NDdGZcX0aiWVdWM5XJVy0"
        + "M4VWD3AvyW5Q6Hs9A0mcDkpUoYgn+KKPNzFC0H3nN3q6JQ8=", .ecdsaP256, "pixel6_transparency_log"
    ),
  ]

  @Test("published keys are read, with the ids that they print, and written as they were")
  func published() throws {
    for (vkey, kind, name) in Self.published {
      let key = try NoteKey(vkey: vkey)
      #expect(key.kind == kind && key.name == name && key.vkey == vkey)
      #expect(try NoteKey(name: name, kind: kind, publicKey: key.publicKey) == key)
    }
  }

  @Test("no part of a key and no key with a changed letter is read")
  func mangled() throws {
    for (vkey, _, _) in [Self.published[0], Self.published[4], Self.published[5]] {
      // The id of an ECDSA key does not cover its name.
      let open = vkey.hasPrefix("rekor") ? "rekor.sigstore.dev".utf8.count : 0
      for length in 0..<vkey.utf8.count {
        #expect(throws: NoteFault.badKey) { try NoteKey(vkey: String(vkey.prefix(length))) }
        if length <= vkey.utf8.count - open {
          #expect(throws: NoteFault.badKey) { try NoteKey(vkey: String(vkey.suffix(length))) }
        }
      }
      let octets = Array(vkey.utf8)
      for place in octets.indices.dropFirst(open) {
        for other in octets.changed(at: place) {
          guard let text = String(validating: other, as: UTF8.self) else { continue }
          #expect(throws: NoteFault.badKey, "\(text)") { try NoteKey(vkey: text) }
        }
      }
    }
  }

  @Test("names and keys that notes cannot carry are refused")
  func bad() throws {
    let key = try NoteKey(vkey: Self.published[0].vkey).publicKey
    for name in [
      "", "a b", "a\u{a0}b", "a\u{2003}b", "a\u{85}b", "a+b", "a\nb", "a\tb", "a\0b",
      String(repeating: "a", count: 256),
    ] {
      #expect(throws: NoteFault.badKey) { try NoteKey(name: name, kind: .ed25519, publicKey: key) }
    }
    for publicKey in [[], Array(key.dropLast()), key + [0]] {
      #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .ed25519, publicKey: publicKey) }
      #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .cosignature, publicKey: publicKey) }
      #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .ecdsaP256, publicKey: publicKey) }
    }
    let spki = try NoteKey(vkey: Self.published[5].vkey).publicKey
    let point = Array(spki.suffix(65))
    for other in [
      spki + [0], Array(spki.dropLast()), point, Array(spki.dropLast(65)) + [4] + [UInt8](repeating: 1, count: 64),
    ] {
      #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .ecdsaP256, publicKey: other) }
    }
    // A compressed point, which some readers take.
    let short = try P256.Signing.PublicKey(derRepresentation: spki).compressedRepresentation
    let compressed = [0x30, 0x39] + spki[2..<24] + [0x22, 0x00] + short
    #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .ecdsaP256, publicKey: compressed) }
    for place in 0..<27 {
      var other = spki
      other[place] ^= 1
      #expect(throws: NoteFault.badKey) { try NoteKey(name: "a", kind: .ecdsaP256, publicKey: other) }
    }
    // P-384 is another curve.
    let other = try P384.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 1, count: 48)).publicKey
    #expect(throws: NoteFault.badKey) {
      try NoteKey(name: "a", kind: .ecdsaP256, publicKey: Array(other.derRepresentation))
    }
    for text in [
      "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "rekor.sigstore.dev+12345678+AwEB", "a+b", "+", "++", "", "a++", String(repeating: "+", count: 1 << 20),
    ] {
      #expect(throws: NoteFault.badKey) { try NoteKey(vkey: text) }
    }
  }

  @Test("names are told apart by their octets, not by what looks the same")
  func octets() throws {
    let key = try NoteKey(vkey: Self.published[0].vkey).publicKey
    let composed = try NoteKey(
      name: "\u{e9}", kind: .ecdsaP256, publicKey: NoteKey(vkey: Self.published[5].vkey).publicKey)
    let other = try NoteKey(name: "e\u{301}", kind: .ecdsaP256, publicKey: composed.publicKey)
    #expect(composed.id == other.id && composed != other)
    #expect(
      try NoteKey(name: "\u{e9}", kind: .ed25519, publicKey: key).id
        != NoteKey(name: "e\u{301}", kind: .ed25519, publicKey: key).id)
  }
}
