import Octets
import Testing

@Suite("Secrets and digests", .timeLimit(.minutes(1)))
struct SecretTests {
  @Test("octets are equal only if all of them are")
  func equality() {
    #expect(ConstantTime.isEqual([], []) && ConstantTime.isEqual([1, 2], [1, 2]))
    for other in [[1, 3], [3, 2], [1], [1, 2, 0], []] as [[UInt8]] { #expect(!ConstantTime.isEqual([1, 2], other)) }
  }

  @Test("digests are those of FIPS 180-4")
  func digests() {
    #expect(
      Hex.encode(OctetDigest.sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(OctetDigest.sha256("é") == OctetDigest.sha256([0xc3, 0xa9]))
    #expect(Hex.encode(OctetDigest.sha384(Array("abc".utf8))).hasPrefix("cb00753f45a35e8bb5a03d699ac65007"))
    #expect(Hex.encode(OctetDigest.sha512(Array("abc".utf8))).hasPrefix("ddaf35a193617abacc417349ae204131"))
  }

  @Test("a box opens with its secret, for its purpose, unchanged")
  func box() throws {
    let box = SealedBox(secret: [1, 2, 3], purpose: "one")
    let text = Array("a SAD".utf8)
    let sealed = try box.seal(text)
    #expect(sealed.count == text.count + 16 && !sealed.starts(with: text))
    #expect(try box.open(sealed) == text)
    #expect(try SealedBox(secret: [1, 2, 3], purpose: "one").open(sealed) == text)
    for other in [SealedBox(secret: [1, 2, 4], purpose: "one"), SealedBox(secret: [1, 2, 3], purpose: "two")] {
      #expect(throws: (any Error).self) { try other.open(sealed) }
    }
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 1
      #expect(throws: (any Error).self) { try box.open(changed) }
    }
    for short in [[], [1], Array(sealed.dropLast())] { #expect(throws: (any Error).self) { try box.open(short) } }
  }
}
