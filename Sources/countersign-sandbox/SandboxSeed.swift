import Assembly
import Foundation
import Octets
import WireJSON

/// Everything random about a sandbox, made once and kept, so that a second start changes nothing.
struct SandboxSeed: Sendable {
  struct User: Sendable {
    let username, givenName, surname, password, pin, totpSecret, serviceToken, eidSubject, signer: String
  }

  let officerPIN, tokenPIN: String
  let eidPort: Int
  let partner, clientSecret, partnerToken, adminToken, webhookSecret: String
  /// Of the gateway at the eID.
  let eidClientSecret: String
  let users: [User]
  /// Secrets of further clients by id.
  let clientSecrets: [String: String]
  /// Ids of the credentials by label.
  let credentialIDs: [String: String]

  let eidClientID = "countersign-sandbox"
  let redirectURI = "http://127.0.0.1:8091/callback"
  var eidIssuer: String { "http://127.0.0.1:\(eidPort)" }
  /// The partner's messenger, which the eID simulator's process plays.
  var messages: String { eidIssuer + "/messages" }

  static func loadOrMake(in folder: SandboxFolder, port: Int) throws -> SandboxSeed {
    let kept = try folder.read("seed.json")?.object
    // A folder that an earlier build made lacks what is new.
    let made = JSONValue.object(Self.completed(kept, by: Self.make(eidPort: FreePort.near(port + 2))))
    guard made.object.flatMap(SandboxSeed.init) != nil else {
      throw ConfigError(description: "\(folder.path("seed.json")) is damaged; delete the state folder to start again")
    }
    if kept != made.object { try folder.write(made, to: "seed.json") }
    guard let seed = made.object.flatMap(SandboxSeed.init) else { preconditionFailure("what is made can be read") }
    return seed
  }

  /// The kept object, with the members of the new one that it lacks.
  private static func completed(_ kept: JSONObject?, by new: JSONValue) -> JSONObject {
    guard var result = kept else { return new.object ?? JSONObject() }
    for (name, value) in new.object?.members ?? [] {
      guard let old = result[name]?.object, let inner = value.object else {
        result[name] = result[name] ?? value
        continue
      }
      result[name] = .object(completed(old, by: .object(inner)))
    }
    return result
  }

  private static func make(eidPort: Int) -> JSONValue {
    [
      "officerPIN": .string(randomText(16)), "tokenPIN": .string(randomText(16)),
      "eidPort": .integer(Int64(eidPort)), "partner": "portal", "clientSecret": .string(randomText(32)),
      "partnerToken": .string(randomText(32)), "adminToken": .string(randomText(32)),
      "webhookSecret": .string(randomText(32)), "eidClientSecret": .string(randomText(32)),
      "clientSecrets": [
        "portal-legacy": .string(randomText(32)), "portal-tester": .string(randomText(32)),
        "portal-registry": .string(randomText(32)), "rival": .string(randomText(32)),
      ],
      "users": [user("alice", "Alice", "Example"), user("bob", "Bob", "Example")],
      "credentialIDs": .object(
        JSONObject(SandboxPopulation.plan.map { ($0.label, .string("cred-" + Hex.encode(randomBytes(8)))) })),
    ]
  }

  private static func user(_ name: String, _ givenName: String, _ surname: String) -> JSONValue {
    [
      "username": .string(name), "givenName": .string(givenName), "surname": .string(surname),
      "password": .string(randomText(12)), "pin": "12345678", "totpSecret": .string(Base32.encode(randomBytes(20))),
      "serviceToken": .string(randomText(32)), "eidSubject": .string("eid-" + Hex.encode(randomBytes(8))),
      "signer": .string("signer-" + Hex.encode(randomBytes(8))),
    ]
  }

  private init?(_ json: JSONObject) {
    func text(_ name: String) -> String? { json[name]?.string }
    guard let officerPIN = text("officerPIN"), let tokenPIN = text("tokenPIN"),
      let eidPort = json["eidPort"]?.integer, let partner = text("partner"), let clientSecret = text("clientSecret"),
      let partnerToken = text("partnerToken"), let adminToken = text("adminToken"),
      let webhookSecret = text("webhookSecret"), let eidClientSecret = text("eidClientSecret"),
      let users = json["users"]?.array,
      let credentials = json["credentialIDs"]?.object
    else { return nil }
    self.officerPIN = officerPIN
    self.tokenPIN = tokenPIN
    self.eidPort = Int(eidPort)
    self.partner = partner
    self.clientSecret = clientSecret
    self.partnerToken = partnerToken
    self.adminToken = adminToken
    self.webhookSecret = webhookSecret
    self.eidClientSecret = eidClientSecret
    self.users = users.compactMap { $0.object.flatMap(User.init) }
    clientSecrets = Self.texts(json["clientSecrets"])
    credentialIDs = Self.texts(.object(credentials))
  }

  private static func texts(_ value: JSONValue?) -> [String: String] {
    Dictionary(
      (value?.object?.members ?? []).compactMap { member in member.value.string.map { (member.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  static func randomText(_ count: Int) -> String { Hex.encode(randomBytes((count + 1) / 2)) }
}

extension SandboxSeed.User {
  fileprivate init?(_ json: JSONObject) {
    func text(_ name: String) -> String? { json[name]?.string }
    guard let username = text("username"), let givenName = text("givenName"), let surname = text("surname"),
      let password = text("password"), let pin = text("pin"), let totpSecret = text("totpSecret"),
      let serviceToken = text("serviceToken"), let eidSubject = text("eidSubject"), let signer = text("signer")
    else { return nil }
    self.init(
      username: username, givenName: givenName, surname: surname, password: password, pin: pin,
      totpSecret: totpSecret, serviceToken: serviceToken, eidSubject: eidSubject, signer: signer)
  }
}

/// RFC 4648 §6 without padding: how authenticator apps take their secrets.
enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var buffer = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | Int(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[buffer >> bits & 31])
      }
      buffer &= (1 << bits) - 1
    }
    if bits > 0 { text.append(alphabet[buffer << (5 - bits) & 31]) }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = 0
    var bits = 0
    for letter in text.utf8 {
      guard let value = alphabet.firstIndex(of: letter) else { return nil }
      buffer = buffer << 5 | value
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
      buffer &= (1 << bits) - 1
    }
    return bytes
  }
}

/// A port that no process listens on.
enum FreePort {
  /// `preferred` if it is free, else any.
  static func near(_ preferred: Int) -> Int { bound(preferred) ?? bound(0) ?? preferred }

  private static func bound(_ port: Int) -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(clamping: port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    return found ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }
}
