internal import Crypto
internal import Foundation
internal import JOSE
internal import JWTKit
internal import Octets
internal import WireJSON

/// Codes, access tokens and keys of the simulated provider. All of it is gone when the process ends.
actor ProviderState {
  /// The values of `acr`, lowest first.
  static let levels = ["low", "substantial", "high"].map { "http://eidas.europa.eu/LoA/\($0)" }

  private struct Code {
    let person: Simulator.Person
    let redirectURI, challenge: String
    let nonce: String?
    let level: String
    let made: Date
  }

  private let settings: Simulator.Settings
  private var codes: [String: Code] = [:]
  private var people: [String: Simulator.Person] = [:]
  private var key = ES256PrivateKey()
  private var keyID = ProviderState.randomText()

  init(_ settings: Simulator.Settings) { self.settings = settings }

  static func randomText() -> String { SymmetricKey(size: .bits256).withUnsafeBytes { Base64.encodeURL(Array($0)) } }

  func rotateKeys() {
    key = ES256PrivateKey()
    keyID = Self.randomText()
  }

  func jwks() -> JSONValue {
    // JWTKit gives the coordinates in base64.
    let point = [key.publicKey.parameters?.x, key.publicKey.parameters?.y].flatMap { $0.flatMap(Base64.decode) ?? [] }
    return KeySet.document(ofP256: point, keyID: keyID)
  }

  func makeCode(
    for person: Simulator.Person, redirectURI: String, challenge: String, nonce: String?, level: String?
  ) -> String {
    let code = Self.randomText()
    codes[code] = Code(
      person: person, redirectURI: redirectURI, challenge: challenge, nonce: nonce,
      level: level.flatMap { Self.levels.contains($0) ? $0 : nil } ?? Self.levels[2], made: Date())
    return code
  }

  /// Nil if the code is unknown, used, older than a minute, or not this caller's.
  func redeem(_ code: String, redirectURI: String, verifier: String) async -> (access: String, id: String)? {
    guard let entry = codes.removeValue(forKey: code), entry.redirectURI == redirectURI,
      Date().timeIntervalSince(entry.made) < 60,
      Base64.encodeURL(OctetDigest.sha256(verifier)) == entry.challenge
    else { return nil }
    let access = Self.randomText()
    people[access] = entry.person
    guard let id = try? await idToken(entry) else { return nil }
    return (access, id)
  }

  /// For a person who approved in the app at that time; nil if they cannot be made.
  func tokens(for person: Simulator.Person, level: String, time: Date) async -> (access: String, id: String)? {
    let access = Self.randomText()
    people[access] = person
    let code = Code(person: person, redirectURI: "", challenge: "", nonce: nil, level: level, made: time)
    guard let id = try? await idToken(code) else { return nil }
    return (access, id)
  }

  func person(accessToken: String) -> Simulator.Person? { people[accessToken] }

  private struct Claims: JWTPayload {
    let iss, sub, aud, acr: String
    let nonce: String?
    let amr: [String]
    let iat, exp, auth_time: Int

    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private func idToken(_ code: Code) async throws -> String {
    let now = Int(Date().timeIntervalSince1970)
    let claims = Claims(
      iss: settings.issuer, sub: code.person.subject, aud: settings.clientID, acr: code.level, nonce: code.nonce,
      amr: ["pin", "hwk"], iat: now, exp: now + 300, auth_time: Int(code.made.timeIntervalSince1970))
    let kid = JWKIdentifier(string: keyID)
    return try await JWTKeyCollection().add(ecdsa: key, kid: kid).sign(claims, kid: kid)
  }
}
