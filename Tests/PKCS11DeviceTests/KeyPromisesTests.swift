import SoleControl
import TokenSupport
import Testing
import Vocabulary

@testable import PKCS11Device

/// Attributes that the module is told for keys are read back from it.
@Suite("What keys in the device are promised to be", .timeLimit(.minutes(2)))
struct KeyPromisesTests {
  // PKCS #11's attributes and mechanisms.
  private static let token: UInt = 1
  private static let label: UInt = 3
  private static let sensitive: UInt = 0x103
  private static let decrypt: UInt = 0x105
  private static let extractable: UInt = 0x162
  private static let length: UInt = 0x161
  private static let makeAES: UInt = 0x1080
  private static let makeSecret: UInt = 0x350

  @Test(
    "a service key that is not what it must be ends the start, and the error names the key and the attribute",
    arguments: [
      (TokenKeys.wrappingLabel, extractable, true, "CKA_EXTRACTABLE is true"),
      (TokenKeys.wrappingLabel, sensitive, false, "CKA_SENSITIVE is false"),
      (TokenKeys.wrappingLabel, decrypt, true, "CKA_DECRYPT is true"),
      (TokenKeys.label(.activation), extractable, true, "CKA_EXTRACTABLE is true"),
      (TokenKeys.label(.activation), sensitive, false, "CKA_SENSITIVE is false"),
    ])
  func serviceKeys(label: String, attribute: UInt, value: Bool, text: String) throws {
    let settings = try Self.newToken()
    let session = try Self.session(settings)
    defer { session.close() }
    let old = try session.find([(Self.label, .bytes(Array(label.utf8)))])
    for key in old { try session.destroy(key) }
    let isWrapping = label == TokenKeys.wrappingLabel
    var template = isWrapping ? KeyPromises.wrapping.template : KeyPromises.mac.template
    template.removeAll { $0.type == attribute }
    template += [
      (Self.token, .flag(true)), (Self.label, .bytes(Array(label.utf8))), (Self.length, .number(32)),
      (attribute, .flag(value)),
    ]
    _ = try session.generateKey(isWrapping ? Self.makeAES : Self.makeSecret, template)
    let error = #expect(throws: TokenError.self) { try Device(settings) }
    #expect(error?.description.contains(label) == true && error?.description.contains(text) == true)
  }

  @Test("the key of an authority too, which OpenSSL would use as it is")
  func authorityKey() throws {
    var settings = try Self.newToken(authorityKeys: ["strong", "weak"])
    let session = try Self.session(settings)
    defer { session.close() }
    settings.authorityKeys = ["strong", "weak"]
    _ = try Device(settings)
    for key in try session.find([(Self.label, .bytes(Array("weak".utf8)))]) { try session.destroy(key) }
    _ = try session.generateKeyPair(
      0x1040,
      publicKey: [
        (Self.token, .flag(true)), (Self.label, .bytes(Array("weak".utf8))),
        (0x180, .bytes(try Encodings.ecParameters(.p256))),
      ],
      privateKey: [
        (Self.token, .flag(true)), (Self.label, .bytes(Array("weak".utf8))), (0x108, .flag(true)), (2, .flag(true)),
        (Self.sensitive, .flag(true)), (Self.extractable, .flag(true)),
      ])
    let error = #expect(throws: TokenError.self) { try Device(settings) }
    #expect(error?.description.contains("\"weak\"") == true)
  }

  @Test("an unwrapped key lives in the session, stays in the device and only signs; one that does not is noticed")
  func liveKeys() async throws {
    let settings = try Self.newToken()
    let (wrapped, _) = try await Device(settings).makeKeyPair(.rsa(bits: 2048))
    let session = try Self.session(settings)
    defer { session.close() }
    let keys = try TokenKeys(session)
    let kind: Template = [(0, .number(3)), (0x100, .number(0))]
    let key = try session.unwrap(wrapped.bytes, under: keys.wrapping, kind + KeyPromises.live.template)
    try KeyPromises.live.check(key, in: session)
    #expect(throws: CryptokiError.self) { try session.wrap(key, under: keys.wrapping) }
    for (index, promise) in (KeyPromises.live.flags + KeyPromises.live.lacking).enumerated()
    where promise.name != "CKA_TOKEN" && promise.name != "CKA_PRIVATE" {
      var template = KeyPromises.live.template
      template[index].value = .flag(!promise.value)
      let other = try session.unwrap(wrapped.bytes, under: keys.wrapping, kind + template)
      let error = #expect(throws: BrokenKeyPromise.self, "\(promise.name)") {
        try KeyPromises.live.check(other, in: session)
      }
      #expect(error?.attribute == promise.name)
      try session.destroy(other)
    }
  }

  @Test("an attribute that the module does not know is unknown, not false")
  func unknownAttribute() throws {
    let session = try Self.session(TestToken.shared.settings)
    defer { session.close() }
    let keys = try TokenKeys(session)
    #expect(
      try session.flags([Self.sensitive, 0x8123_4567, Self.extractable], of: keys.wrapping) == [true, nil, false])
  }

  @Test("a session that is not the user's is noticed")
  func logIn() throws {
    let settings = try Self.newToken()
    let module = try CryptokiModule(path: settings.module)
    let session = try DeviceSession(module: module, slot: try module.slot(tokenLabel: settings.tokenLabel))
    defer { session.close() }
    #expect(throws: TokenError.self) { try session.requireLogIn() }
    try session.logIn(pin: settings.pin)
    try session.requireLogIn()
  }

  private static func newToken(authorityKeys: [String] = []) throws -> Device.Settings {
    var settings = TestToken.shared.settings
    settings.tokenLabel = "promises-\(UInt32.random(in: 0...UInt32.max))"
    settings.sessions = 1
    try Device.provision(settings, securityOfficerPIN: "battery staple", authorityKeys: authorityKeys)
    return settings
  }

  private static func session(_ settings: Device.Settings) throws -> DeviceSession {
    let module = try CryptokiModule(path: settings.module)
    let session = try DeviceSession(module: module, slot: try module.slot(tokenLabel: settings.tokenLabel))
    try session.logIn(pin: settings.pin)
    return session
  }
}
