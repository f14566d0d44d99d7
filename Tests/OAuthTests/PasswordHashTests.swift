import OAuth
import Octets
import OpenSSLPKI
import Testing

@Suite("Hashes of passwords", .timeLimit(.minutes(2)))
struct PasswordHashTests {
  private func password(_ text: String) throws -> PreparedPassword { try #require(PreparedPassword(text)) }

  @Test("scrypt, by the vector of RFC 7914 §12")
  func vector() async throws {
    let hasher = ScryptHasher(random: { _ in Array("SodiumChloride".utf8) }, cost: 16384)
    #expect(
      try await hasher.hash(password("pleaseletmein"))
        == "scrypt$16384,8,1$536f6469756d43686c6f72696465$"
        + "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
  }

  @Test("people's passwords take 32 MiB for each guess; a wrong one, an unknown one and one of less cost are refused")
  func cost() async throws {
    let random: @Sendable (Int) async throws -> [UInt8] = { count in (0..<count).map { _ in .random(in: 0...255) } }
    let hasher = ScryptHasher(random: random)
    let hash = try await hasher.hash(password("correct horse"))
    // N = 2^15 and r = 8: 128 * N * r octets (RFC 7914 §2).
    #expect(hash.hasPrefix("scrypt$32768,8,1$"))
    #expect(try await hasher.isRight(password("correct horse"), for: hash))
    #expect(try await !hasher.isRight(password("correct horsf"), for: hash))
    #expect(try await !hasher.isRight(password("correct horse"), for: "none"))
    let cheap = try await ScryptHasher(random: random, cost: 1 << 8).hash(password("correct horse"))
    #expect(try await !hasher.isRight(password("correct horse"), for: cheap))
  }
}
