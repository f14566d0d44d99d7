import Certificates
import Testing
import Vocabulary
import WireJSON

@Suite("Profiles", .timeLimit(.minutes(1)))
struct ProfileTests {
  @Test("a profile is read, and written as it was", arguments: Fixtures.names)
  func fixtures(_ name: String) throws {
    let profile = try Fixtures.profile(name)
    #expect(profile.name == name)
    let json = JSONValue.object(try Fixtures.json(name))
    #expect(profile.json == json)
    #expect(try CertificateProfile(profile.json) == profile)
  }

  @Test("a profile with everything that it can have is written as it was")
  func everything() throws {
    var object = try Fixtures.json("person-qscd")
    var statements = try #require(object["statements"]?.object)
    statements["limit"] = ["currency": "EUR", "amount": 50, "exponent": 3]
    statements["nameAuthorities"] = ["https://register.example.org/"]
    statements["identMethod"] = true
    statements["retentionYears"] = .null
    object["statements"] = .object(statements)
    let profile = try CertificateProfile(.object(object))
    #expect(profile.statements.limit == MonetaryLimit(currency: "EUR", amount: 50, exponent: 3))
    #expect(profile.json == .object(object))
  }

  @Test("every member is there, and no other one", arguments: Fixtures.names)
  func members(_ name: String) throws {
    let whole = try Fixtures.json(name)
    for member in whole.members {
      var object = whole
      object[member.name] = nil
      #expect(fault(object) == "/\(member.name): is missing")
      guard let inner = member.value.object else { continue }
      for second in inner.members {
        var changed = inner
        changed[second.name] = nil
        object[member.name] = .object(changed)
        #expect(fault(object) == "/\(member.name)/\(second.name): is missing")
      }
      var changed = inner
      changed["other"] = true
      object[member.name] = .object(changed)
      #expect(fault(object) == "/\(member.name): has a member that is not known")
    }
    var object = whole
    object["qualifed"] = true
    #expect(fault(object) == ": has a member that is not known")
  }

  @Test("no member has a value that is not known")
  func values() throws {
    let wrong: [(String, JSONValue, String)] = [
      ("name", "Person", "has a value that is not known"), ("name", "", "has a value that is not known"),
      ("name", "../x", "has a value that is not known"),
      ("name", .string(String(repeating: "a", count: 300)), "must be a text of at most 200 octets"),
      ("version", 0, "must be a number from 1 to 1000000"), ("version", "1", "must be a number from 1 to 1000000"),
      ("kind", "robot", "has a value that is not known"), ("qualified", "true", "must be true or false"),
      ("policies", "x", "must be a list of at most 20 texts"), ("policies", [1], "has an element that is not known"),
      ("policies", ["1.2.x"], "has an element that is not known"),
      ("policies", [".."], "has an element that is not known"),
      ("policies", .array(Array(repeating: ".1", count: 21)), "must be a list of at most 20 texts"),
      ("keyTypes", ["p256", "ed25519"], "has an element that is not known"), ("validity", "P1Y", "must be an object"),
      ("extensions", ["san"], "has an element that is not known"), ("status", .null, "must be an object"),
    ]
    for (name, value, reason) in wrong {
      var object = try Fixtures.json("person-sandbox")
      object[name] = value
      #expect(fault(object) == "/\(name): \(reason)", "\(name) \(value)")
    }
  }

  @Test("a text that is no JSON, or says something twice, is no profile")
  func texts() throws {
    let text = String(decoding: try Fixtures.text("person-sandbox"), as: UTF8.self)
    let twice = text.replacing("\"version\": 1", with: "\"version\": 1, \"version\": 1")
    for text in ["", "[]", "null", twice, text + "}", String(repeating: " ", count: 70_000) + text] {
      #expect(throws: ProfileFault.self) { try CertificateProfile(parsing: Array(text.utf8)) }
    }
    #expect(throws: Never.self) { try CertificateProfile(parsing: Array(text.utf8)) }
  }

  @Test("a profile that contradicts itself or a clause is refused", arguments: RuleCase.all)
  func rules(_ broken: RuleCase) throws {
    var object = try Fixtures.json(broken.profile)
    for (path, value) in broken.changes {
      let names = path.split(separator: "/").map(String.init)
      if names.count == 1 {
        object[names[0]] = value
      } else {
        var inner = try #require(object[names[0]]?.object)
        inner[names[1]] = value
        object[names[0]] = .object(inner)
      }
    }
    #expect(fault(object) == ": breaks a rule: \(broken.rule)")
  }

  private func fault(_ object: JSONObject) -> String? {
    do {
      _ = try CertificateProfile(.object(object))
      return nil
    } catch { return error.description }
  }
}

/// Changes that make a profile break one rule.
struct RuleCase: Sendable, CustomTestStringConvertible {
  let rule: String
  let profile: String
  let changes: [(String, JSONValue)]

  init(_ rule: String, _ profile: String, _ changes: (String, JSONValue)...) {
    (self.rule, self.profile, self.changes) = (rule, profile, changes)
  }

  var testDescription: String { rule }

  private static let (person, seal) = ("person-qscd", "seal-qscd")
  private static let (trial, sealTrial) = ("person-sandbox", "seal-sandbox")
  private static let claimed = "the policy of EN 319 411-2 is the one for what is claimed, and the only one"
  private static let short: [JSONValue] = ["aki", "ski", "bc", "ku", "policies", "aia", "qc", "valassured"]

  static let all: [RuleCase] = policies + claims + names + extensions

  private static let policies: [RuleCase] = [
    RuleCase("the first policy is the provider's own", trial, ("policies", ["1.2.3"])),
    RuleCase("the first policy is the provider's own", trial, ("policies", [])),
    RuleCase("no policy stands twice", trial, ("policies", [".1", ".1"])),
    RuleCase(claimed, person, ("policies", [".1"])),
    RuleCase(claimed, person, ("policies", [".1", "0.4.0.194112.1.0"])),
    RuleCase(claimed, person, ("policies", [".1", "0.4.0.194112.1.2", "0.4.0.194112.1.3"])),
    RuleCase(claimed, seal, ("policies", [".1", "0.4.0.194112.1.2"])),
    RuleCase(claimed, trial, ("policies", [".1", "0.4.0.194112.1.2"])),
    RuleCase(
      "policies of EN 319 411-1 are for what is not qualified", person,
      ("policies", [".1", "0.4.0.194112.1.2", "0.4.0.2042.1.2"])),
    RuleCase(
      "a certificate for trying out has only the provider's own policies", trial,
      ("policies", [".1", "0.4.0.2042.1.1"])),
    RuleCase(
      "a certificate for trying out has only the provider's own policies", trial,
      ("policies", [".1", "0.4.0.1456.1.1"])),
    RuleCase("a certificate for trying out claims nothing", trial, ("statements/identMethod", true)),
  ]

  private static let claims: [RuleCase] = [
    RuleCase("QcSSCD is for qualified certificates", trial, ("device", true)),
    RuleCase(
      "a certificate for trying out has only the provider's own policies", person, ("test", true),
      ("subject/prefix", "TEST ")),
    RuleCase("QcType goes with the kind of subject", person, ("statements/type", "eseal")),
    RuleCase("a qualified certificate has QcType", person, ("statements/type", .null)),
    RuleCase("a qualified certificate has QcPDS", seal, ("statements/pds", false)),
    RuleCase(
      "names begin with \"TEST \" in certificates for trying out, and only there", trial, ("subject/prefix", "")),
    RuleCase(
      "names begin with \"TEST \" in certificates for trying out, and only there", person, ("subject/prefix", "TEST ")),
  ]

  private static let names: [RuleCase] = [
    RuleCase("no attribute of the name stands twice", person, ("subject/optional", ["SN"])),
    RuleCase("the name has only attributes of its kind", person, ("subject/optional", ["O"])),
    RuleCase("attributes that every name has are required", person, ("subject/required", ["C", "SN", "CN"])),
    RuleCase(
      "attributes that every name has are required", seal, ("subject/required", ["C", "O", "CN"])),
    RuleCase(
      "surname and given name of a person have their places", person,
      ("subject/required", ["C", "SN", "serialNumber", "CN"])),
    RuleCase("an organisation has no pseudonym", seal, ("subject/pseudonym", true)),
    RuleCase("the template of commonName has known places", person, ("subject/commonName", "{GN} {X}")),
    RuleCase("the template of commonName has known places", person, ("subject/commonName", "")),
    RuleCase("the semantics of identifiers go with the kind of subject", person, ("statements/semantics", "legal")),
    RuleCase("semantics are for identifiers that were proven", person, ("subject/serialNumber", "opaque")),
    RuleCase("semantics are for identifiers that were proven", trial, ("statements/semantics", "natural")),
    RuleCase("semantics are for identifiers that were proven", sealTrial, ("statements/semantics", .null)),
    RuleCase("a person has a serialNumber, an organisation has none", seal, ("subject/serialNumber", "proof")),
    RuleCase("authorities for names go with semantics", trial, ("statements/nameAuthorities", ["http://a.example"])),
    RuleCase("authorities for names are named by addresses", person, ("statements/nameAuthorities", ["a.example"])),
    RuleCase("authorities for names are named by addresses", person, ("statements/nameAuthorities", ["http://"])),
    RuleCase("authorities for names are named by addresses", person, ("statements/nameAuthorities", ["http://ü"])),
  ]

  private static let extensions: [RuleCase] = [
    RuleCase(
      "extensions stand once each, in their order", person,
      ("extensions", ["ski", "aki", "bc", "ku", "policies", "crldp", "aia", "qc"])),
    RuleCase(
      "extensions stand once each, in their order", person,
      ("extensions", ["aki", "aki", "ski", "bc", "ku", "policies", "crldp", "aia", "qc"])),
    RuleCase(
      "extensions that every certificate has are there", person,
      ("extensions", ["aki", "ski", "bc", "policies", "crldp", "aia", "qc"])),
    RuleCase("crldp goes with a revocation list", person, ("status/crl", false)),
    RuleCase(
      "qc goes with statements", person, ("extensions", ["aki", "ski", "bc", "ku", "policies", "crldp", "aia"])),
    RuleCase(
      "norevavail is for certificates without status", person,
      ("extensions", ["aki", "ski", "bc", "ku", "policies", "crldp", "aia", "qc", "norevavail"])),
    RuleCase(
      "only short-term certificates go without status", person, ("status", ["ocsp": false, "crl": false]),
      ("extensions", ["aki", "ski", "bc", "ku", "policies", "aia", "qc", "norevavail"])),
    RuleCase(
      "valassured is for short-term certificates, and for all of them", person, ("short", true),
      ("validity/longest", "P1D"), ("validity/default", "P1D"), ("status/crl", false),
      ("extensions", ["aki", "ski", "bc", "ku", "policies", "aia", "qc"])),
    RuleCase(
      "a short-term certificate lasts a day at most", person, ("short", true), ("status/crl", false),
      ("extensions", .array(short))),
    RuleCase(
      "a short-term certificate is on no list", person, ("short", true), ("validity/longest", "P1D"),
      ("validity/default", "P1D"),
      ("extensions", ["aki", "ski", "bc", "ku", "policies", "crldp", "aia", "qc", "valassured"])),
    RuleCase("the default validity is not longer than the longest", person, ("validity/default", "P3Y")),
    RuleCase(
      "the default validity is not longer than the longest", person, ("validity/default", "P366D"),
      ("validity/longest", "P1Y")),
    RuleCase("a certificate begins ten minutes before its time at most", person, ("validity/backdate", "PT601S")),
    RuleCase("keys are P-256, P-384, or RSA of 3072 or 4096 bits", person, ("keyTypes", ["p256", "rsa2048"])),
    RuleCase("keys are P-256, P-384, or RSA of 3072 or 4096 bits", person, ("keyTypes", ["p521"])),
    RuleCase("keys are P-256, P-384, or RSA of 3072 or 4096 bits", person, ("keyTypes", [])),
    RuleCase("no type of key stands twice", person, ("keyTypes", ["p256", "p256"])),
    RuleCase(
      "a currency has three capital letters", person,
      ("statements/limit", ["currency": "eur", "amount": 1, "exponent": 0])),
  ]
}
