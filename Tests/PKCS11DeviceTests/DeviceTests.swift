import PKCS11Device
import SoleControl
import TestSupport
import TokenSupport
import Testing
import Vocabulary

@Suite("PKCS #11 device", .timeLimit(.minutes(2)))
struct DeviceTests {
  @Test("with room for two live keys, ten keys in turn all sign, at once and again")
  func eviction() async throws {
    var settings = TestToken.shared.settings
    settings.liveKeys = 2
    settings.sessions = 3
    let small = try Device(settings)
    let fixture = SigningFixture(device: small, keys: TestToken.shared.device)
    var credentials: [Credential] = []
    for number in 0..<10 { credentials.append(try await fixture.createCredential("c\(number)")) }
    for _ in 0..<3 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for credential in credentials {
          group.addTask {
            let sad = try await fixture.authorize(credential).sad
            _ = try await fixture.sign(credential, sad, [digest("x")])
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
