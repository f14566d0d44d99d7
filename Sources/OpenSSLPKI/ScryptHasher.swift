internal import BlockingWork
internal import COpenSSL
internal import Foundation
public import OAuth
internal import Octets

/// Log-in passwords under scrypt (RFC 7914) with 32 MiB each, so that a stolen table is costly to search.
///
/// Hashing takes tens of milliseconds of a core, and anybody can ask for it: it leaves a core to others, and comes
/// after them.
public final class ScryptHasher: PasswordHasher {
  /// Of passwords that people have: 32 MiB.
  package static let cost: UInt64 = 1 << 15
  private static let blockSize: UInt64 = 8
  private static let parallelism: UInt64 = 1
  private static let maximumMemory: UInt64 = 64 << 20

  /// Log-ins that may wait; further ones are refused, because anybody can ask for one.
  private static let waitingLine = 50

  private let work = ThreadPool(
    "passwords", threads: max(1, ProcessInfo.processInfo.activeProcessorCount - 1), waitingLine: waitingLine,
    priority: .low)
  private let random: @Sendable (Int) async throws -> [UInt8]
  private let cost: UInt64
  /// Names the parameters, so that they can change for new passwords.
  private let prefix: String

  public convenience init(random: @escaping @Sendable (Int) async throws -> [UInt8]) {
    self.init(random: random, cost: Self.cost)
  }

  /// - Parameter cost: a power of two. Tests that are not about it take a small one.
  package init(random: @escaping @Sendable (Int) async throws -> [UInt8], cost: UInt64) {
    self.random = random
    self.cost = cost
    prefix = "scrypt$\(cost),\(Self.blockSize),\(Self.parallelism)"
  }

  public var isBusy: Bool { work.isBusy }

  /// `scrypt$N,r,p$salt$key`, salt and key hexadecimal.
  public func hash(_ password: PreparedPassword) async throws -> String {
    let salt = try await random(16)
    let key = try await derive(password, salt)
    return "\(prefix)$\(Hex.encode(salt))$\(Hex.encode(key))"
  }

  /// Takes the same time for a hash that is none, as an unknown user has.
  public func isRight(_ password: PreparedPassword, for hash: String) async throws -> Bool {
    let parts = hash.split(separator: "$").map(String.init)
    let known = parts.count == 4 && parts[..<2].joined(separator: "$") == prefix
    let salt = known ? (Hex.decode(parts[2]) ?? []) : [UInt8](repeating: 0, count: 16)
    let key = try await derive(password, salt)
    let expected = known ? (Hex.decode(parts[3]) ?? []) : [UInt8](repeating: 0, count: 32)
    return known && expected.count == key.count && CRYPTO_memcmp(expected, key, key.count) == 0
  }

  private func derive(_ password: PreparedPassword, _ salt: [UInt8]) async throws -> [UInt8] {
    do {
      return try await work.run { [cost] in
        var key = [UInt8](repeating: 0, count: 32)
        let done = password.octets.withUnsafeBytes { bytes in
          EVP_PBE_scrypt(
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, salt, salt.count, cost,
            Self.blockSize, Self.parallelism, Self.maximumMemory, &key, key.count)
        }
        try check(done, "scrypt")
        return key
      }
    } catch is ThreadPool.Busy { throw PasswordHasherBusy() }
  }
}
