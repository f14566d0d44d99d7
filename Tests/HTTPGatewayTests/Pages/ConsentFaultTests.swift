import HTTPTypes
import SoleControl
import Synchronization
import TestSupport
import Testing

@testable import HTTPGateway

/// A fault of store or device is no decision of the person's, and is not reported as one.
@Suite("Faults on the consent page", .timeLimit(.minutes(5)))
struct ConsentFaultTests {
  private static let requests: [[String: String]] = [
    ["scope": "credential", "credentialID": "c", "numSignatures": "1"],
    ["scope": "credential-deletion", "credentialID": "c"],
  ]

  @Test("a broken MAC is an error page, not access_denied; when it is mended the way goes on", arguments: requests)
  func brokenMAC(request: [String: String]) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let (good, broken) = try await rows(fixture, credential)
    let way = try await CredentialWay(fixture, request)
    #expect(way.logInPage.status == 200)
    try await put(broken, credential, fixture)
    try requireFault(try await way.logIn())
    try await put(good, credential, fixture)
    #expect(try await way.logIn().status == 200)
    try await put(broken, credential, fixture)
    try requireFault(try await way.approve())
    try await put(good, credential, fixture)
    let end = try await way.approve()
    #expect(end.status == 302 && end.headers[.location]?.contains("code=") == true)
  }

  @Test(
    "a busy device is an error page that says to try again, not access_denied; then the way goes on",
    arguments: requests)
  func busyDevice(request: [String: String]) async throws {
    let device = BusyDevice()
    let fixture = try await GatewayFixture(device: device)
    var credential = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let way = try await CredentialWay(fixture, request)
    #expect(way.logInPage.status == 200)
    // Not the row whose MAC was checked before, so that the device is asked.
    credential.description = "changed"
    try await fixture.signing.service.credentials.put(credential, events: [])
    device.isBusy.withLock { $0 = true }
    let page = try await way.logIn()
    #expect(page.status == 503 && page.headers[.location] == nil)
    device.isBusy.withLock { $0 = false }
    #expect(try await way.logIn().status == 200)
    let end = try await way.approve()
    #expect(end.status == 302 && end.headers[.location]?.contains("code=") == true)
  }

  @Test("another person's credential is still access_denied", arguments: requests)
  func notThisOne(request: [String: String]) async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let end = try await CredentialWay(fixture, request).logIn("bob")
    #expect(end.status == 302 && end.headers[.location]?.contains("error=access_denied") == true)
  }

  private func requireFault(_ page: PageVisitor.Page) throws {
    #expect(page.status == 500)
    #expect(page.headers[.location] == nil)
  }

  /// The row, and the same with a MAC that is not its own.
  private func rows(_ fixture: GatewayFixture, _ credential: Credential) async throws -> (ProtectedRow, ProtectedRow) {
    let id = credential.id
    let good = try #require(try await fixture.signing.store.read { try $0.credential(id) })
    return (good, ProtectedRow(text: good.text, mac: good.mac.map { $0 ^ 1 }))
  }

  private func put(_ row: ProtectedRow, _ credential: Credential, _ fixture: GatewayFixture) async throws {
    try await fixture.signing.store.write { try $0.put(row, of: credential) }
  }
}

/// Has no time for the MACs of credentials while it is told so.
private final class BusyDevice: SigningDevice {
  let isBusy = Mutex(false)
  private let real = TestDevice.shared.device

  func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]] {
    if messages.contains(where: { $0.key == .credentialRow }), isBusy.withLock({ $0 }) { throw .busy }
    return try await real.authenticationCodes(messages)
  }
  func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await real.oneTimeCodes(secret, messages: messages)
  }
  func random(count: Int) async throws(DeviceError) -> [UInt8] { try await real.random(count: count) }
  func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    try await real.sign(order)
  }
}
