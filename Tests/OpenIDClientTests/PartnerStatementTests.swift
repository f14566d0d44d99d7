import Crypto
import OpenIDClient
import Foundation
import Hummingbird
import JWTKit
import NIOCore
import JOSE
import Octets
import OutboundHTTP
import Registry
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Statements of partners", .timeLimit(.minutes(2)))
struct PartnerStatementTests {
  private let forge = StatementForge()

  private func expect(_ text: String, _ reason: String, _ verifier: RegisteredStatements? = nil) async {
    let verifier = verifier ?? forge.verifier()
    await #expect(throws: PartnerStatementError.refused(reason), "\(reason)") {
      try await verifier.verify(text, of: StatementForge.partner)
    }
  }

  @Test("a right statement is accepted, with what it says")
  func accepted() async throws {
    let text = try StatementForge.statement(forge.first)
    let statement = try await forge.verifier().verify(text, of: StatementForge.partner)
    #expect(
      statement
        == PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "s-1", issued: StatementForge.now - 2,
          expires: StatementForge.now + 60, authenticationTime: StatementForge.now - 30, acr: "two",
          level: .substantial, methods: ["pwd", "otp"],
          authorizedDigests: AuthorizedDigests(
            hashAlgorithm: .sha256, numSignatures: 2, digests: StatementForge.digests),
          digest: OctetDigest.sha256(text)))
  }

  @Test(
    "a wrong claim is refused and named",
    arguments: [
      ("iss", "iss", "\"https://evil.example\""), ("iss", "iss", "null"), ("aud", "aud", "\"https://other.example\""),
      ("aud", "aud", "[\"https://gateway.example\",\"https://other.example\"]"), ("aud", "aud", "null"),
      ("aud", "aud", "[]"), ("aud", "aud", "\"https://gateway.example/\""),
      ("exp", "exp", "1799999970"), ("exp", "exp", "null"), ("exp", "exp", "1800000299"),
      ("exp", "exp", "9223372036854775807"), ("exp", "exp", "-9223372036854775808"), ("exp", "exp", "\"1800000060\""),
      ("exp", "exp", "1e300"), ("iat", "iat", "1e300"), ("iat", "iat", "1800000030.5"), ("nbf", "nbf", "1800000030.5"),
      ("auth_time", "auth_time", "-0.5"), ("exp", "exp", "1799999970.5"),
      ("iat", "iat", "1800000031"), ("iat", "iat", "null"), ("iat", "iat", "-9223372036854775808"),
      ("nbf", "nbf", "1800000031"), ("nbf", "nbf", "\"soon\""), ("sub", "sub", "\"\""), ("sub", "sub", "null"),
      ("jti", "jti", "null"), ("jti", "jti", "\"\""), ("jti", "jti", "5"), ("acr", "acr", "\"three\""),
      ("acr", "acr", "null"), ("auth_time", "auth_time", "null"), ("auth_time", "auth_time", "1800000031"),
      ("auth_time", "auth_time", "-1"), ("amr", "amr", "null"), ("amr", "amr", "[]"), ("amr", "amr", "\"pwd\""),
      ("amr", "amr", "[\"pwd\",5]"), ("credentialID", "credentialID", "5"), ("dtbsr", "dtbsr", "null"),
      ("dtbsr", "dtbsr", "[]"), ("dtbsr", "dtbsr", "[\"AAAA\",\"AAAA\"]"), ("dtbsr", "dtbsr", "\"AAAA\""),
      ("dtbsr", "hashAlgorithmOID", "null"), ("dtbsr", "hashAlgorithmOID", "\"2.16.840.1.101.3.4.2.2\""),
      ("dtbsr", "hashAlgorithmOID", "\"1.3.14.3.2.26\""), ("dtbsr", "numSignatures", "null"),
      ("dtbsr", "numSignatures", "1"), ("dtbsr", "numSignatures", "\"2\""),
    ])
  func wrongClaims(reason: String, claim: String, value: String) async throws {
    var claims = StatementForge.claims()
    claims[claim] =
      value == "null" ? nil : try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    await expect(try StatementForge.statement(forge.first, claims: claims), reason)
  }

  @Test("digests have one text each: another spelling of base64 is refused")
  func spellings() async throws {
    let text = Data(StatementForge.digests[0]).base64EncodedString()
    for other in [text.replacing("=", with: ""), "\(text.dropLast(2))B=", text + "\n"] {
      var claims = StatementForge.claims()
      claims["dtbsr"] = [other, text]
      await expect(try StatementForge.statement(forge.first, claims: claims), "dtbsr")
    }
  }

  @Test("no digests at all is a statement too, and so are one audience in a list, a type in full, and a credential")
  func variants() async throws {
    var claims = StatementForge.claims()
    for name in ["dtbsr", "hashAlgorithmOID", "numSignatures"] { claims[name] = nil }
    claims["aud"] = [StatementForge.audience]
    claims["credentialID"] = "cred-1"
    var header = StatementForge.header
    header["typ"] = "application/Partner-Statement+JWT"
    let text = try StatementForge.statement(forge.first, header: header, claims: claims)
    let statement = try await forge.verifier().verify(text, of: StatementForge.partner)
    #expect(statement.authorizedDigests == nil && statement.credential == CredentialID("cred-1"))
  }

  @Test(
    "alg none, HMAC with the public key, key confusion, other types, crit, foreign keys and changed texts are refused")
  func forgeries() async throws {
    let right = try StatementForge.statement(forge.first)
    let parts = right.split(separator: ".").map(String.init)
    func header(_ change: [String: Any?]) -> [String: Any] {
      StatementForge.header.merging(change.mapValues { $0 ?? NSNull() }) { $1 }.filter { !($0.value is NSNull) }
    }
    func signed(_ change: [String: Any?], _ key: StatementForge.Key? = nil) throws -> String {
      try StatementForge.statement(key ?? forge.first, header: header(change))
    }
    for name in ["none", "None", "HS256", "HS384", "ES512", "RS1"] {
      await expect(try StatementForge.part(header(["alg": name])) + ".\(parts[1]).", "alg")
    }
    let input = try StatementForge.part(header(["alg": "HS256"])) + "." + parts[1]
    for secret in [Data(forge.first.key.publicKey.pemRepresentation.utf8), Data(forge.first.jwk.compact())] {
      let mac = HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: SymmetricKey(data: secret))
      await expect(input + "." + StatementForge.base64url(Data(mac)), "alg")
    }
    await expect(try signed(["alg": "ES384"]), "kid")
    await expect(try signed(["alg": "RS256"]), "kid")
    await expect(try signed(["kid": "k9"]), "kid")
    await expect(try signed(["kid": nil]), "kid")
    await expect(try signed(["kid": 5]), "kid")
    for type in ["JWT", "at+jwt", "", nil] as [String?] { await expect(try signed(["typ": type]), "typ") }
    await expect(try signed(["crit": ["b64"], "b64": false]), "crit")
    // The statement's own idea of its key counts for nothing.
    let jwk = try JSONSerialization.jsonObject(with: Data(forge.second.jwk.compact()))
    await expect(try signed(["jwk": jwk], forge.second), "signature")
    await expect(try signed([:], forge.second), "signature")
    await expect(try signed([:]), "alg", forge.verifier { $0.algorithms = ["RS256"] })
    await expect(try signed([:]), "aud", forge.verifier(audience: "https://other.example"))
    var evil = StatementForge.claims()
    evil["sub"] = "customer-2"
    await expect("\(parts[0]).\(try StatementForge.part(evil)).\(parts[2])", "signature")
    await expect("\(parts[0]).\(parts[1]).", "signature")
    await expect("\(parts[0]).\(parts[1])", "form")
    await expect("a.b.c.d.e", "encrypted")
    await expect(String(repeating: "a", count: 170_000), "size")
    await expect("", "form")
    _ = try await forge.verifier().verify(right, of: StatementForge.partner)
  }

  @Test("one partner's statements are not another's, whatever they say")
  func otherPartners() async throws {
    let other = StatementForge()
    let directory = TestDirectory()
    for id in [StatementForge.partner, PartnerID("rival")] {
      directory.change(id) { $0.statements = StatementForge.rules }
    }
    let forges = [StatementForge.partner: forge, PartnerID("rival"): other]
    let statements = PartnerStatements(audience: StatementForge.audience, now: { StatementForge.now }) { partner, _ in
      StatementKeys({ forges[partner.id]?.published.withLock { $0 } }, now: { StatementForge.now })
    }
    let verifier = RegisteredStatements(directory: directory, statements: statements)
    let text = try StatementForge.statement(other.first)
    _ = try await verifier.verify(text, of: PartnerID("rival"))
    await expect(text, "signature", verifier)
  }

  @Test("RSA and Ed25519 keys sign too; an RSA key of 1024 bits does not", arguments: ["RS256", "PS256", "EdDSA"])
  func algorithms(name: String) async throws {
    let signer = try #require(await OtherKey(name))
    forge.publish(signer.jwk)
    var header = StatementForge.header
    header["alg"] = name
    let input = try StatementForge.part(header) + "." + StatementForge.part(StatementForge.claims())
    _ = try await forge.verifier().verify(signer.sign(input), of: StatementForge.partner)
    if name != "EdDSA" {
      let weak = try #require(await OtherKey(name, bits: 1024))
      forge.publish(weak.jwk)
      await expect(try await weak.sign(input), "key")
    }
  }

  // MARK: The partner's record

  @Test("the partner's record is asked for each statement: rules, other keys, no statements any more")
  func changes() async throws {
    let directory = TestDirectory()
    let verifier = forge.verifier(directory)
    let text = try StatementForge.statement(forge.first)
    _ = try await verifier.verify(text, of: StatementForge.partner)
    directory.change(StatementForge.partner) { $0.statements?.levels = ["one": .low] }
    await expect(text, "acr", verifier)
    // Its keys are somewhere else now: what was read before counts no longer, though it is fresh.
    forge.publish(forge.second.jwk)
    directory.change(StatementForge.partner) {
      $0.statements = StatementForge.rules
      $0.statements?.keys = .file("/elsewhere")
    }
    await expect(text, "kid", verifier)
    directory.change(StatementForge.partner) { $0.statements = nil }
    await expect(text, "partner", verifier)
  }

  // MARK: Keys

  @Test(
    "keys rotate without a gap: the new one at once, the old one until it is taken away and ten minutes have passed")
  func rotation() async throws {
    let verifier = forge.verifier()
    func verify(_ key: StatementForge.Key) async throws {
      let (now, shift) = (forge.now, forge.now - StatementForge.now)
      var claims = StatementForge.claims()
      for name in ["iat", "exp", "auth_time"] { claims[name] = (claims[name] as? Int64 ?? now) + shift }
      var header = StatementForge.header
      header["kid"] = key.id
      _ = try await verifier.verify(
        StatementForge.statement(key, header: header, claims: claims), of: StatementForge.partner)
    }
    try await verify(forge.first)
    forge.publish(forge.first.jwk, forge.second.jwk)
    forge.advance(10)
    try await verify(forge.second)
    try await verify(forge.first)
    #expect(forge.readings.withLock { $0 } == 2)
    forge.publish(forge.second.jwk)
    try await verify(forge.first)
    forge.advance(600)
    await #expect(throws: PartnerStatementError.refused("kid")) { try await verify(forge.first) }
    try await verify(forge.second)
    // Strangers' key ids do not make us call again and again.
    let readings = forge.readings.withLock { $0 }
    for number in 0..<20 {
      let stranger = StatementForge.Key(id: "x\(number)")
      await #expect(throws: PartnerStatementError.refused("kid")) { try await verify(stranger) }
    }
    #expect(forge.readings.withLock { $0 } == readings)
  }

  @Test(
    "the last good keys serve for an hour if no others can be fetched, and then nothing does; a wrong set never does")
  func outage() async throws {
    let verifier = forge.verifier {
      $0.policy.maximumAge = 100_000
      $0.policy.clockSkew = 100_000
    }
    let text = try StatementForge.statement(forge.first)
    func verify() async throws { _ = try await verifier.verify(text, of: StatementForge.partner) }
    forge.published.withLock { $0 = nil }
    await #expect(throws: PartnerStatementError.unavailable) { try await verify() }
    forge.publish(forge.first.jwk)
    try await verify()
    forge.published.withLock { $0 = nil }
    // A new key's statement is not called wrong because the new set cannot be fetched.
    let header: [String: Any] = StatementForge.header.merging(["kid": "k2"]) { $1 }
    let new = try StatementForge.statement(forge.second, header: header)
    forge.advance(10)
    for _ in 0..<3 {
      await #expect(throws: PartnerStatementError.unavailable) {
        try await verifier.verify(new, of: StatementForge.partner)
      }
    }
    forge.advance(3589)
    try await verify()
    forge.advance(1)
    await #expect(throws: PartnerStatementError.unavailable) { try await verify() }
    forge.publish(forge.first.jwk)
    forge.advance(10)
    try await verify()

    for (wrong, reason) in [
      (["keys": []], "kid"), (["keys": 5], "keys"), ([:], "keys"),
    ] as [(JSONValue, String)] {
      forge.published.withLock { $0 = wrong }
      forge.advance(600)
      await #expect(throws: PartnerStatementError.refused(reason)) { try await verify() }
      forge.publish(forge.first.jwk)
      forge.advance(10)
      try await verify()
    }
  }

  @Test("many statements at once wait for one reading of the keys")
  func oneReading() async throws {
    let verifier = forge.verifier()
    let text = try StatementForge.statement(forge.first)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await verifier.verify(text, of: StatementForge.partner) } }
      try await group.waitForAll()
    }
    #expect(forge.readings.withLock { $0 } == 1)
  }

  @Test("a set at a URL and in a file is read; what is no set, or not there, is not")
  func sources() async throws {
    let set: JSONValue = ["keys": [forge.first.jwk]]
    let path = try temporaryFolder().appendingPathComponent("keys.json").path
    #expect(await StatementKeys.file(path)() == nil)
    try Data("not JSON".utf8).write(to: URL(fileURLWithPath: path))
    #expect(await StatementKeys.file(path)() == nil)
    try Data(set.compact()).write(to: URL(fileURLWithPath: path))
    #expect(await StatementKeys.file(path)() == set)

    let router = Router()
    router.get("keys") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: set.compact())))
    }
    router.get("moved") { _, _ in Response(status: .found, headers: [.location: "/keys"]) }
    router.get("page") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "<html>"))) }
    try await LocalServer.serve(router) { base in
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = true
      let client = HTTPClient(settings)
      defer { client.stop() }
      #expect(await StatementKeys.url(base + "/keys", client: { client })() == set)
      for path in ["/moved", "/page", "/nothing"] {
        #expect(await StatementKeys.url(base + path, client: { client })() == nil, "\(path)")
      }
      #expect(await StatementKeys.url("http://127.0.0.1:1/keys", client: { client })() == nil)
    }
  }
}

/// A key of another kind than P-256, made and used by OpenSSL.
private struct OtherKey {
  let algorithm: String
  let jwk: JSONValue
  private let folder: URL

  init?(_ algorithm: String, bits: Int = 2048) async throws {
    self.algorithm = algorithm
    folder = try temporaryFolder()
    let file = folder.appendingPathComponent("key.pem").path
    let kind =
      algorithm == "EdDSA" ? ["-algorithm", "ed25519"] : ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)"]
    guard try await run("/usr/bin/openssl", ["genpkey", "-out", file] + kind).status == 0 else { return nil }
    if algorithm == "EdDSA" {
      let der = folder.appendingPathComponent("public.der").path
      _ = try await run("/usr/bin/openssl", ["pkey", "-in", file, "-pubout", "-outform", "DER", "-out", der])
      let point = try Data(contentsOf: URL(fileURLWithPath: der)).suffix(32)
      jwk = ["kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": .string(StatementForge.base64url(point))]
    } else {
      let text = try await run("/usr/bin/openssl", ["rsa", "-in", file, "-noout", "-modulus"]).output
      let hex = text.split(separator: "=").last.map { $0.filter(\.isHexDigit) } ?? ""
      guard let modulus = Hex.decode(hex.lowercased()) else { return nil }
      jwk = [
        "kty": "RSA", "kid": "k1", "alg": .string(algorithm), "n": .string(StatementForge.base64url(Data(modulus))),
        "e": "AQAB",
      ]
    }
  }

  func sign(_ input: String) async throws -> String {
    let (key, message, signature) = (
      folder.appendingPathComponent("key.pem").path, folder.appendingPathComponent("message"),
      folder.appendingPathComponent("signature")
    )
    try Data(input.utf8).write(to: message)
    var arguments = ["pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", message.path, "-out", signature.path]
    if algorithm != "EdDSA" { arguments += ["-digest", "sha256"] }
    if algorithm == "PS256" { arguments += ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:32"] }
    let result = try await run("/usr/bin/openssl", arguments)
    #expect(result.status == 0, "\(result.output)")
    return input + "." + StatementForge.base64url(try Data(contentsOf: signature))
  }
}
