import Certificates
import Testing

@Suite("24 rules before a key signs", .timeLimit(.minutes(3)))
struct LintTests {
  @Test("no rule speaks of a good certificate", arguments: Fixtures.names + Fixtures.shortNames + Fixtures.otherNames)
  func good(_ profile: String) throws {
    let good = try GoodDraft(profile)
    #expect(Lint.check(good.draft.toBeSigned, good.facts) == [])
    #expect(Element(good.draft.toBeSigned).octets == good.draft.toBeSigned)
  }

  @Test("of one fault exactly its rule speaks", arguments: LintCase.all)
  func bad(_ fault: LintCase) throws {
    #expect(try fault.findings() == [fault.rule])
  }

  @Test("every rule has a fault that it finds, and a clause")
  func whole() {
    #expect(Set(LintCase.all.map(\.rule)) == Set(LintRule.allCases))
    #expect(LintRule.allCases.map(\.rawValue) == (1...24).map { "L\($0)" })
    for rule in LintRule.allCases { #expect(rule.clause.contains { $0.isNumber }) }
  }

  @Test("a certificate for trying out that claims something is found by each rule that it breaks")
  func claiming() throws {
    var good = try GoodDraft("person-sandbox")
    var element = Element(good.draft.toBeSigned)
    let compliance = Element([0x30, 0x08, 0x06, 0x06, 0x04, 0x00, 0x8E, 0x46, 0x01, 0x01])
    element.change(Extension.qc) { $0.elements.insert(compliance, at: 0) }
    good.lookUp(element.octets)
    #expect(Set(Lint.check(element.octets, good.facts).map(\.rule)) == [.statements, .claims, .test])
    element = Element(good.draft.toBeSigned)
    let policy = Element([0x30, 0x08, 0x06, 0x06, 0x04, 0x00, 0x8F, 0x7A, 0x01, 0x02])
    element.change(Extension.policies) { $0.elements.append(policy) }
    #expect(Set(Lint.check(element.octets, good.facts).map(\.rule)) == [.policies, .test])
  }

  @Test("a certificate of a day and a second is not short (pitfall 5)")
  func day() throws {
    var good = try GoodDraft("person-short")
    good.facts.profile.validity.longest = try #require(ValidityPeriod("P2D"))
    let ends: [(String, Set<LintRule>)] = [
      ("261130173707Z", []), ("261130173708Z", [.validity, .validityAssured]),
    ]
    for (last, expected) in ends {
      var element = Element(good.draft.toBeSigned)
      element.validity[1].text = last
      #expect(Set(Lint.check(element.octets, good.facts).map(\.rule)) == expected)
    }
  }

  @Test(
    "every octet counts: a change of any of them is found, but for times that are allowed too",
    arguments: ["person-qscd", "seal-sandbox"])
  func octets(_ profile: String) throws {
    var good = try GoodDraft(profile)
    let octets = good.draft.toBeSigned
    let validity = try #require(octets.firstRange(of: [0x30, 0x1E, 0x17, 0x0D])).lowerBound
    for place in octets.indices where !(validity..<validity + 32).contains(place) {
      for change: UInt8 in [0x01, 0x80] {
        var changed = octets
        changed[place] ^= change
        good.lookUp(changed)
        #expect(!Lint.check(changed, good.facts).isEmpty, "octet \(place)")
      }
    }
  }

  @Test("octets that are cut off or go on are no certificate")
  func lengths() throws {
    let good = try GoodDraft("person-qscd")
    let octets = good.draft.toBeSigned
    for count in octets.indices { #expect(Lint.check(Array(octets[..<count]), good.facts).map(\.rule) == [.encoding]) }
    #expect(Lint.check(octets + [0], good.facts).map(\.rule) == [.encoding])
  }

  @Test("a pseudonym in the place of both names, another common name that was allowed, and keys of RSA are good")
  func others() throws {
    var good = try GoodDraft("person-pseudonym")
    good.facts.names.pseudonym = "Ally"
    let name = try SubjectName.person(
      country: "AT", .pseudonym("Ally"), identifier: .proven("PNOAT-1234567890", .natural), commonName: "Ally")
    var element = Element(good.draft.toBeSigned)
    element.subject = Element(name.der)
    good.lookUp(element.octets)
    #expect(Lint.check(element.octets, good.facts) == [])
    good.facts.names.pseudonym = "Al"
    #expect(Set(Lint.check(element.octets, good.facts).map(\.rule)) == [.provenNames])

    good = try GoodDraft("person-qscd")
    element = Element(good.draft.toBeSigned)
    element.subject[4][0][1].text = "Dr. Muster"
    good.facts.names.otherCommonNames = ["Dr. Muster"]
    for octets in [384, 512] {
      element.replace(key: LintCase.rsa(octets: octets))
      good.facts.key = element.key.octets
      good.lookUp(element.octets)
      #expect(Lint.check(element.octets, good.facts) == [])
    }
  }

  @Test("QcCClegislation is found, for no certificate is of a country outside of the EU")
  func elsewhere() throws {
    let good = try GoodDraft("person-qscd")
    var element = Element(good.draft.toBeSigned)
    let swiss = Element([
      0x30, 0x0E, 0x06, 0x06, 0x04, 0x00, 0x8E, 0x46, 0x01, 0x07, 0x30, 0x04, 0x13, 0x02, 0x43, 0x48,
    ])
    element.change(Extension.qc) { $0.elements.append(swiss) }
    #expect(Set(Lint.check(element.octets, good.facts).map(\.rule)) == [.statements, .claims])
  }
}
