import Conformance
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SelfSignedTLS
import Synchronization
import TestSupport
import WireJSON

/// A small CSC service, v1 and v2, with its authorization server; made to be broken. Its answers are written down from
/// the wire reference once more, so that tool and service do not share their mistakes.
final class TestService: Sendable {
  struct Credential: Sendable {
    let id: String
    var scal = 1
    var mode = "explicit"
    /// Authentication objects as ids: PIN, SMS, CARD, PHONE, PAGE.
    var factors = ["PIN"]
    var isEnabled = true
  }

  struct Warrant: Sendable {
    let credential: String
    var left: Int
    var digests: [String]?
    let expires: Double
    var isDead = false
  }

  struct Token: Sendable {
    var isRefresh = false
    var grant = UUID().uuidString
    /// Nil for a client's own token.
    var user: String? = "alice"
  }

  struct State {
    var tokens: [String: Token] = [
      "user-token": Token(), "client-token": Token(user: nil), "bob-token": Token(user: "bob"),
    ]
    var warrants: [String: Warrant] = [:]
    var wrongPINs: [String: Int] = [:]
    var codes: [String: String] = [:]
    var messages: [JSONValue] = []
    var jobs: [String: [JSONValue]] = [:]
    var pages: [String: [String: String]] = [:]
    var grants: [String: [String: String]] = [:]
    var pushed: [String: [String: String]] = [:]
    /// Wrong answers on the page of each handle, and in all.
    var wrongAnswers: [String: Int] = [:]
    var usedAccountTokens: Set<String> = []
    var made: Set<String> = []
    var chosenPIN = ""
    /// Tokens for one creation, and for the deletion of one credential, with the query that asked for them.
    var orders: [String: [String: String]] = [:]
  }

  static let credentials = [
    Credential(id: "one"), Credential(id: "two", scal: 2), Credential(id: "sms", factors: ["PIN", "SMS"]),
    Credential(id: "card", factors: ["CARD"]), Credential(id: "phone", factors: ["PHONE"]),
    Credential(id: "page", scal: 2, mode: "oauth2code", factors: []), Credential(id: "off", isEnabled: false),
    Credential(id: "lock"), Credential(id: "lockpage", factors: ["PAGE"]),
  ]
  static let pin = "24681357"
  static let base = "https://service.test"
  static let callback = "https://app.test/callback"

  let faults: Set<Fault>
  let state = Mutex(State())
  let key: P256.Signing.PrivateKey
  /// DER.
  let certificate: [UInt8]
  let pem: SelfSignedIdentity
  let clock: TestClock

  init(_ faults: Set<Fault> = [], clock: TestClock) throws {
    self.faults = faults
    self.clock = clock
    pem = try SelfSignedIdentity.loopback(serial: Array(1...16), now: Int64(clock.now()), days: 10)
    key = try P256.Signing.PrivateKey(pemRepresentation: pem.privateKey)
    let body = pem.certificate.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    certificate = Array(Data(base64Encoded: body) ?? Data())
  }

  func has(_ fault: Fault) -> Bool { faults.contains(fault) }

  // MARK: Routes

  func router() -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    for version in ["v1", "v2"] {
      router.post("csc/\(version)/**") { [self] request, context in
        let method = context.parameters.getCatchAll().joined(separator: "/")
        return await answer { try await call(method, version, request) }
      }
      let prefix = version == "v1" ? "as1" : "as2"
      addAuthorizationServer(to: router, below: prefix, version)
    }
    router.get("logo.png") { [self] _, _ in
      Response(status: .ok, headers: [.contentType: "image/png"], body: .init(byteBuffer: ByteBuffer(bytes: logo)))
    }
    addConfirmationPage(to: router)
    router.get("messages") { [self] _, _ in Response(json: .array(state.withLock { $0.messages })) }
    return router
  }

  /// Enough of a PNG for its size to be read.
  private var logo: [UInt8] {
    let side: UInt8 = has(.hasLargeLogo) ? 2 : 0
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + [
      0, 0, side, 64, 0, 0, side, 64,
    ]
  }

  struct Refusal: Error {
    var status = 400
    var code = "invalid_request"
    let text: String
  }

  func answer(_ body: () async throws -> Response) async -> Response {
    do { return try await body() } catch let refusal as Refusal {
      if has(.errorsAsText) {
        return Response(
          status: .init(code: refusal.status), headers: [.contentType: "text/plain"],
          body: .init(byteBuffer: ByteBuffer(string: refusal.text)))
      }
      var json = JSONObject([("error", .string(refusal.code))])
      if !has(.forgetsDescriptions) { json["error_description"] = .string(refusal.text) }
      return Response(json: .object(json), status: .init(code: refusal.status))
    } catch {
      return Response(
        json: ["error": "server_error", "error_description": .string("\(error)")], status: .internalServerError)
    }
  }
}

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: json.compact())))
  }
}

/// Time that passes by itself and jumps when somebody sleeps.
final class TestClock: ClockPort {
  private let offset = Mutex(0.0)
  func now() -> Double { Date().timeIntervalSince1970 + offset.withLock { $0 } }
  func sleep(seconds: Double) async { offset.withLock { $0 += seconds } }
}

/// A digest that was made elsewhere.
struct RawDigest: Digest {
  static var byteCount: Int { 32 }
  let octets: [UInt8]
  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try octets.withUnsafeBytes(body)
  }
  func makeIterator() -> Array<UInt8>.Iterator { octets.makeIterator() }
  var description: String { "digest" }
}
