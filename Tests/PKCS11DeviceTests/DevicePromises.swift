import Crypto
import Enrolment
import OpenSSLPKI
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// One thing that every device promises, with the test that a device of this kind keeps it.
struct DevicePromise: Sendable, CustomTestStringConvertible {
  typealias Device = any SigningDevice & KeyMaker & DataKeyDevice

  let testDescription: String
  let check: @Sendable (Device) async throws -> Void

  private init(_ name: String, _ check: @escaping @Sendable (Device) async throws -> Void) {
    testDescription = name
    self.check = check
  }

  /// Every promise.
  static let all = macs + secrets + dataKeys + [randomness] + keys

  private static let macs = [
    DevicePromise("a MAC is the same for the same message and key, and differs for other messages") { device in
      let codes = try await device.authenticationCodes([
        (.activation, [1, 2]), (.activation, [1, 2]), (.activation, [1, 3]), (.activation, []),
      ])
      #expect(codes[0] == codes[1] && codes.allSatisfy { $0.count == 32 })
      #expect(Set(codes).count == 3)
    },
    DevicePromise("a MAC made for one purpose serves no other") { device in
      let codes = try await device.authenticationCodes(MACKey.allCases.map { ($0, [1, 2]) })
      #expect(Set(codes).count == MACKey.allCases.count)
    },
  ]

  private static let randomness = DevicePromise("randomness comes in the asked amount and does not repeat") { device in
    var seen: Set<[UInt8]> = []
    for _ in 0..<2000 { seen.insert(try await device.random(count: 16)) }
    #expect(seen.count == 2000)
    #expect(try await device.random(count: 10_000).count == 10_000)
  }

  private static let dataKeys = [
    DevicePromise("keys of personal data are the same for a secret and a purpose, and differ for others") { device in
      let secrets = [try await device.makeDataKey(), try await device.makeDataKey()]
      let keys = try await device.dataKeys(secrets, for: "a")
      #expect(keys.count == 2 && keys.allSatisfy { $0.count == 32 } && keys[0] != keys[1])
      #expect(try await device.dataKeys(secrets, for: "a") == keys)
      #expect(try await device.dataKeys(secrets.reversed(), for: "a") == keys.reversed())
      #expect(try await device.dataKeys([secrets[0]], for: "b") != [keys[0]])
      #expect(try await device.dataKeys([], for: "a").isEmpty)
    },
    DevicePromise("a secret is the device's own, and computes HMAC-SHA-256") { device in
      let secret = Array("0123456789abcdef0123456789abcdef".utf8)
      let wrapped = try await device.wrap(secret: secret)
      let expected = HMAC<SHA256>.authenticationCode(for: Array("a".utf8), using: SymmetricKey(data: secret))
      #expect(try await device.dataKeys([wrapped], for: "a") == [Array(expected)])
      var changed = try await device.makeDataKey().bytes
      changed[changed.count - 1] ^= 1
      let edited = WrappedKey(changed)
      await #expect(throws: DeviceError.self) { try await device.dataKeys([edited], for: "a") }
    },
  ]

  private static let secrets = [
    DevicePromise("one-time codes are HMAC-SHA-1 under the wrapped secret, which is not in the blob") { device in
      let secret = Array("12345678901234567890".utf8)
      let wrapped = try await device.wrap(secret: secret)
      let messages: [[UInt8]] = [[0, 0, 0, 0, 0, 0, 0, 1], [2]]
      let codes = try await device.oneTimeCodes(wrapped, messages: messages)
      let expected = messages.map { message in
        Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
      }
      #expect(codes == expected)
      #expect(wrapped.bytes.firstRange(of: secret) == nil)
    },
    DevicePromise("a wrapped key that was changed is not usable") { device in
      let secret = try await device.wrap(secret: Array("12345678901234567890".utf8))
      let key = try await device.makeKeyPair(.ec(.p256)).wrapped
      for position in [0, 20] {
        for (blob, isSecret) in [(secret, true), (key, false)] {
          var damaged = blob.bytes
          damaged[position] ^= 1
          let changed = WrappedKey(damaged)
          await #expect(throws: DeviceError.self) {
            if isSecret {
              _ = try await device.oneTimeCodes(changed, messages: [[1]])
            } else {
              _ = try await device.sign(order(changed, .ec(.p256), .ecdsa(.sha256), count: 1))
            }
          }
        }
      }
    },
    DevicePromise("a secret signs nothing") { device in
      let secret = try await device.wrap(secret: Array("12345678901234567890".utf8))
      await #expect(throws: DeviceError.self) {
        try await device.sign(order(secret, .ec(.p256), .ecdsa(.sha256), count: 1))
      }
    },
  ]

  private static let keys = [
    signing(.ec(.p256), [.ecdsa(.sha256), .ecdsa(.sha512)]), signing(.ec(.p384), [.ecdsa(.sha384), .ecdsa(.sha256)]),
    signing(.ec(.p521), [.ecdsa(.sha512)]),
    signing(
      .rsa(bits: 2048),
      [
        .rsaPKCS1(.sha256), .rsaPKCS1(.sha512),
        .rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 32),
        .rsaPSS(hash: .sha384, maskGenerationHash: .sha384, saltLength: 0),
      ]),
  ]

  private static func signing(_ type: KeyType, _ algorithms: [SignatureAlgorithm]) -> DevicePromise {
    DevicePromise("a key of type \(type.name) signs each digest of an order, in order, by every algorithm") { device in
      let (wrapped, publicKey) = try await device.makeKeyPair(type)
      let other = try await device.makeKeyPair(type).publicKey
      for algorithm in algorithms {
        let asked = order(wrapped, type, algorithm, count: 20)
        let digests = asked.digests
        let signatures = try await device.sign(asked)
        try #require(signatures.count == digests.count)
        for (signature, digest) in zip(signatures, digests) {
          func isValid(_ key: [UInt8]) -> Bool {
            Verifier().isValid(signature.bytes, over: digest, algorithm: algorithm, publicKey: key)
          }
          #expect(isValid(publicKey) && !isValid(other), "\(algorithm.name)")
        }
      }
    }
  }

  private static func order(
    _ key: WrappedKey, _ type: KeyType, _ algorithm: SignatureAlgorithm, count: Int
  ) -> SigningOrder {
    SigningOrder(
      key: key, keyType: type, algorithm: algorithm,
      digests: (0..<count).map { [UInt8](repeating: UInt8($0 + 1), count: algorithm.hash.digestLength) })
  }
}
