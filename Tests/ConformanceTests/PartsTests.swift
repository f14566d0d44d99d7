import Octets
import Testing
import WireJSON

@testable import Conformance

/// The tool's parts against vectors of the texts they are from.
@Suite("Parts of the conformance tool", .timeLimit(.minutes(2)))
struct PartsTests {
  @Test("base64 has one text")
  func base64() {
    #expect(Base64.encode(Array("Order".utf8)) == "T3JkZXI=" && Base64.encodeURL([0xfb, 0xff]) == "-_8")
    #expect(Base64.decodeExact("T3JkZXI=") == Array("Order".utf8) && Base64.decodeExact("") == [])
    for wrong in ["T3JkZXI", "T3Jk\nZXI=", "T3JkZXJ=", "-_8=", "=", "T3JkZXI=="] {
      #expect(Base64.decodeExact(wrong) == nil, "\(wrong)")
    }
    #expect(Base32.decode("gezd gnbv") == Array("12345".utf8) && Base32.decode("1") == nil)
  }

  @Test("parameters of RSASSA-PSS are those that clients send")
  func pss() {
    let sha256 = "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg"
    let sha512 = "MDSgDzANBglghkgBZQMEAgMFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgMFAKIDAgFA"
    let trailer = "MDmgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEgowMCAQE="
    #expect(Base64.encode(PSSParameters.encode(.sha256, salt: 32, withTrailer: false)) == sha256)
    #expect(Base64.encode(PSSParameters.encode(.sha512, salt: 64, withTrailer: false)) == sha512)
    #expect(Base64.encode(PSSParameters.encode(.sha256, salt: 32, withTrailer: true)) == trailer)
    // 222 needs a zero octet before it.
    #expect(PSSParameters.encode(.sha256, salt: 222, withTrailer: false).suffix(4) == [0x02, 0x02, 0x00, 0xde])
  }

  @Test("one-time passwords of RFC 6238, each once")
  func authenticator() async {
    let secret = Array("12345678901234567890".utf8)
    // Appendix B with six digits.
    #expect(Authenticator.code(secret, step: 59 / 30) == "287082")
    #expect(Authenticator.code(secret, step: 1_234_567_890 / 30) == "005924")
    let clock = TestClock()
    let waits = Box<Int>()
    waits.value = 0
    let authenticator = Authenticator(secret: secret, clock: clock) { _ in waits.value? += 1 }
    let codes = [await authenticator.code(), await authenticator.code(), await authenticator.code()]
    #expect(Set(codes).count == 3 && waits.value == 2 && !codes.contains(authenticator.wrongCode()))
  }

  @Test("account_token and proof key of the reference's annex")
  func vectors() {
    var token = AccountToken(
      account: "acct-20931", client: "client-42", issued: 1_760_000_000, id: "5f0c2c1e-8a7b-4f6e-9d11-3b2a1c0d9e8f")
    token.payload = token.payload.with(["iss": "Example Signer"])
    #expect(token.text(secret: "s3cr3t-Of-client-42").hasSuffix(".SwK4g7Kosg9DH5QqwzGsoZxBwpk9e1yAl7E4GZgWH1Q"))
    var proof = ProofKey(random: { Array(repeating: 0, count: $0) })
    #expect(proof.verifier.count == 43)
    proof = ProofKey(verifier: "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB")
    #expect(proof.challenge == "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs")
  }

  @Test("expressions over authentication objects, with blanks in ids")
  func expressions() throws {
    let ids = ["PIN", "my card", "SMS"]
    let expression = try #require(AuthExpression("PIN AND (my card OR SMS)", ids: ids))
    #expect(expression.isSatisfied(by: ["PIN", "SMS"]) && !expression.isSatisfied(by: ["my card", "SMS"]))
    #expect(expression.cheapest(of: ["SMS", "PIN"]) == ["SMS", "PIN"] && expression.cheapest(of: ["PIN"]) == nil)
    let either = try #require(AuthExpression("PIN XOR SMS", ids: ids))
    #expect(either.isSatisfied(by: ["PIN"]) && !either.isSatisfied(by: ["PIN", "SMS"]))
    #expect(AuthExpression("", ids: ids)?.isSatisfied(by: ["PIN", "my card"]) == false)
    #expect(AuthExpression("", ids: [])?.isSatisfied(by: []) == true)
    for wrong in ["PIN AND", "(PIN", "PINAND SMS", "PIN SMS", "unknown"] {
      #expect(AuthExpression(wrong, ids: ids) == nil, "\(wrong)")
    }
  }

  @Test(
    "names of RFC 4514",
    arguments: [
      ("CN=Steve Kille,O=Isode Limited,C=GB", true), (#"CN=Before\0dAfter,DC=example"#, true),
      ("2.5.4.42=Alice+CN=A", true), (#"OU=Sales+CN=J.  Smith\, Jr,DC=net"#, true), ("1.3.6.1.4.1=#04024869", true),
      ("/O=X/CN=Y", false), ("", false), ("CN", false), ("CN=a,b", false), ("CN=a;O=b", false), (#"CN=a\"#, false),
      ("CN= a", false), ("2.5.4.a=x", false), ("CN=a ,O=b", false), (#"CN=a\ ,O=b"#, true), ("CN=\\#1", true),
      ("2.5.4.42=#0c0161,C=AT", true), ("2.5.4.42=#Alice", false), ("2.5.4.42=#0c016", false), ("CN=#", false),
    ])
  func names(_ text: String, _ isValid: Bool) { #expect(DistinguishedName.isValid(text) == isValid) }

  @Test("images tell their size")
  func images() {
    let png: [UInt8] = [
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 1, 0, 0, 0, 0, 9,
    ]
    let size = ImageSize(png)
    #expect(size?.width == 256 && size?.height == 9)
    let jpeg: [UInt8] = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 0, 100, 0, 200, 3]
    let other = ImageSize(jpeg)
    #expect(other?.width == 200 && other?.height == 100)
    #expect(ImageSize(Array("GIF89a".utf8)) == nil && ImageSize([]) == nil)
  }

  @Test("addresses are resolved as browsers do")
  func addresses() throws {
    let place = try #require(Address("https://a.example:8443/oauth2/login?x=1"))
    #expect(place.host == "a.example" && place.port == 8443 && place.origin == "https://a.example:8443")
    for (reference, target) in [
      ("/b", "https://a.example:8443/b"), ("consent", "https://a.example:8443/oauth2/consent"),
      ("../c?y", "https://a.example:8443/c?y"), ("?z", "https://a.example:8443/oauth2/login?z"),
      ("//b.example/d", "https://b.example/d"), ("app://callback?code=1", "app://callback?code=1"),
      ("", "https://a.example:8443/oauth2/login?x=1"),
    ] { #expect(place.resolve(reference) == target) }
    #expect(Address("https://[::1]:1/")?.host == "::1" && Address("https://a.example:x/") == nil)
    #expect(place.with(scheme: "http", port: 80) == "http://a.example:80/oauth2/login?x=1")
  }

  @Test("cookies stay with their host and path, and secure ones with https")
  func cookies() throws {
    var jar = CookieJar()
    let place = try #require(Address("https://a.example/x/y"))
    func answer(_ cookie: String) -> HTTPAnswer {
      .init(status: 200, version: "2", headers: [("Set-Cookie", cookie)], body: [])
    }
    jar.store(answer("a=1; Path=/; Secure; HttpOnly"), from: place)
    jar.store(answer("b=2; path=/x"), from: place)
    #expect(jar.header(for: place) == "a=1; b=2")
    #expect(jar.header(for: try #require(Address("http://a.example/xy"))) == nil)
    #expect(jar.header(for: try #require(Address("https://b.example/x"))) == nil)
    jar.store(answer("a=; Path=/; Max-Age=0"), from: place)
    #expect(jar.header(for: place) == "b=2")
  }
}
