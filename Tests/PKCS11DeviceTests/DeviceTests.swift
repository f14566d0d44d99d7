import Crypto
import PKCS11Device
import SoleControl
import TestSupport
import Testing

@Suite("PKCS #11 device", .timeLimit(.minutes(2)))
struct DeviceTests {
  private let device = TestToken.shared.device

  @Test("a MAC is the same for the same message and key, and differs for other keys")
  func macs() async throws {
    let codes = try await device.authenticationCodes([
      (.activation, [1, 2]), (.activation, [1, 2]), (.pin, [1, 2]), (.activation, [1, 3]),
    ])
    #expect(codes[0] == codes[1] && codes[0].count == 32)
    #expect(Set(codes).count == 3)
  }

  @Test("randomness comes in the asked amount and does not repeat")
  func randomness() async throws {
    var seen: Set<[UInt8]> = []
    for _ in 0..<2000 { seen.insert(try await device.random(count: 16)) }
    #expect(seen.count == 2000)
    #expect(try await device.random(count: 10_000).count == 10_000)
  }

  @Test("one-time codes are HMAC-SHA-1 under the wrapped secret, which is not in the blob")
  func oneTimeCodes() async throws {
    let secret = Array("12345678901234567890".utf8)
    let wrapped = try await device.wrap(secret: secret)
    let code = try await device.oneTimeCodes(wrapped, messages: [[0, 0, 0, 0, 0, 0, 0, 1]])
    let expected = HMAC<Insecure.SHA1>.authenticationCode(
      for: [0, 0, 0, 0, 0, 0, 0, 1] as [UInt8], using: SymmetricKey(data: secret))
    #expect(code == [Array(expected)])
    #expect(wrapped.bytes.firstRange(of: secret) == nil)
  }

  @Test("a wrapped key that was changed is not usable")
  func damagedBlob() async throws {
    let (wrapped, publicKey) = try await device.makeKeyPair(.ec(.p256))
    #expect(publicKey.count == 91)
    var damaged = wrapped.bytes
    damaged[20] ^= 1
    await #expect(throws: DeviceError.self) {
      try await device.oneTimeCodes(WrappedKey(damaged), messages: [[1]])
    }
  }

  @Test("with room for two live keys, ten keys in turn all sign, at once and again")
  func eviction() async throws {
    var settings = TestToken.shared.settings
    settings.liveKeys = 2
    settings.sessions = 3
    let small = try Device(settings)
    let bench = SigningBench(device: small)
    var credentials: [Credential] = []
    for number in 0..<10 { credentials.append(try await bench.enrol("c\(number)")) }
    for _ in 0..<3 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for credential in credentials {
          group.addTask {
            let sad = try await bench.authorize(credential).sad
            _ = try await bench.sign(credential, sad, [digest("x")])
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("a full waiting line is refused as busy at once, and what waited is served")
  func busy() async throws {
    var settings = TestToken.shared.settings
    settings.waitingLine = 1
    settings.sessions = 1
    let narrow = try Device(settings)
    let outcomes = await withTaskGroup(of: DeviceError?.self) { group in
      for _ in 0..<200 {
        group.addTask {
          do throws(DeviceError) {
            _ = try await narrow.makeKeyPair(.rsa(bits: 2048))
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: [DeviceError?]()) { $0.append($1) }
    }
    #expect(outcomes.contains(nil) && outcomes.contains(.busy))
    #expect(outcomes.allSatisfy { $0 == nil || $0 == .busy })
    _ = try await narrow.random(count: 5000)
  }

  @Test("a missing token and a missing module say what to do")
  func errors() {
    var settings = TestToken.shared.settings
    settings.tokenLabel = "nobody"
    let missingToken = #expect(throws: TokenError.self) { try Device(settings) }
    #expect(missingToken?.description.contains("countersign init") == true)
    settings.module = "/nowhere/module.so"
    let missingModule = #expect(throws: TokenError.self) { try Device(settings) }
    #expect(missingModule?.description.contains("installed") == true)
  }
}
