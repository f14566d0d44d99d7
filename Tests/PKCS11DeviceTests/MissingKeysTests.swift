import SoleControl
import TokenSupport
import Testing

@testable import PKCS11Device

@Suite("Tokens of older builds", .timeLimit(.minutes(2)))
struct MissingKeysTests {
  /// PKCS #11's CKA_LABEL.
  private static let label: UInt = 3

  @Test("a key that an older build did not make yet is made, and the others stay as they are")
  func upgrade() async throws {
    let shared = TestToken.shared.settings
    let settings = Device.Settings(module: shared.module, tokenLabel: "older", pin: Array("correct horse".utf8))
    try Device.provision(settings, securityOfficerPIN: "battery staple")
    let before = try await Device(settings).authenticationCodes([(.pin, [1]), (.oneTimeCode, [1])])

    let module = try CryptokiModule(path: settings.module)
    let session = try DeviceSession(module: module, slot: try module.slot(tokenLabel: "older"))
    try session.logIn(pin: settings.pin)
    let keys = try session.find([(Self.label, .bytes(Array(TokenKeys.label(.oneTimeCode).utf8)))])
    for key in keys { try session.destroy(key) }
    let error = #expect(throws: TokenError.self) { try TokenKeys(session) }
    #expect("\(try #require(error))".contains("countersign init"))
    session.close()

    try Device.makeMissingKeys(settings)
    let after = try await Device(settings).authenticationCodes([(.pin, [1]), (.oneTimeCode, [1])])
    #expect(after[0] == before[0] && after[1] != before[1])
  }

  @Test("a token that is not there is not made")
  func noToken() {
    let shared = TestToken.shared.settings
    #expect(throws: TokenError.self) {
      try Device.makeMissingKeys(Device.Settings(module: shared.module, tokenLabel: "gone", pin: []))
    }
  }
}
