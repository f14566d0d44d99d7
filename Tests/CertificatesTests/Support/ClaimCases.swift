import Certificates

/// Claims that are not borne out, and statements that few certificates have.
extension LintCase {
  private static func policy(_ content: [UInt8]) -> Element { Element(0x30, of: [Element(0x06, content)]) }

  /// A policy that the profile has, too.
  private static func policy(
    _ rule: LintRule, _ name: String, profile: String = "person-qscd", _ content: [UInt8], _ oid: String
  ) -> LintCase {
    LintCase(rule, name, profile: profile) { element in
      element.change(Extension.policies) { $0.elements.append(policy(content)) }
    } around: { facts in
      facts.profile.policies.append(oid)
    }
  }

  static let claims: [LintCase] = [
    LintCase(.claims, "a qualified certificate by an issuer that is none", around: { $0.mayIssueQualified = false }),
    LintCase(.claims, "NCP+ with a key from elsewhere", profile: "person-ncp-plus", around: { $0.isKeyLocal = false }),
    LintCase(.claims, "QcSSCD without QcCompliance") { element in
      element.change(Extension.qc) { $0.elements.removeFirst() }
    } around: { facts in
      facts.profile.isQualified = false
    },
    policy(.claims, "QCP of TS 101 456", [0x04, 0x00, 0x8B, 0x30, 0x01, 0x01], "0.4.0.1456.1.1"),
    policy(.claims, "any policy", [0x55, 0x1D, 0x20, 0x00], "2.5.29.32.0"),
    policy(.claims, "NCP in a qualified certificate", [0x04, 0x00, 0x8F, 0x7A, 0x01, 0x01], "0.4.0.2042.1.1"),
    policy(.policies, "a policy twice, once in full", [0x88, 0x37, 0x01, 0x01, 0x01], "2.999.1.1.1"),
    policy(.test, "another one's policy", profile: "person-sandbox", [0x2A, 0x03], "1.2.3"),
    LintCase(.test, "a qualified certificate by an issuer that says TEST") { element in
      element[3][1][0][1].text = "Example TEST"
    } around: { facts in
      var subject = Element(facts.issuer.subject)
      subject[1][0][1].text = "Example TEST"
      facts.issuer = facts.issuer.with(subject: subject.octets)
    },
    LintCase(.test, "how someone was identified, for trying out", profile: "person-sandbox") { element in
      let octets = QualifiedStatement.identification(.meansOrAssessedOrPresence).der
      element.change(Extension.qc) { $0.elements.append(Element(octets)) }
    } around: { facts in
      facts.profile.statements.hasIdentification = true
      facts.identification = .meansOrAssessedOrPresence
    },
  ]

  /// Statements of this profile: 5 is the limit, 6 the identification, 7 the semantics with an authority.
  static let otherStatements: [LintCase] = [
    LintCase(.statements, "another currency", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[5][1][0].text = "USD" }
    },
    LintCase(.statements, "another amount", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[5][1][1].content = [51] }
    },
    LintCase(.statements, "a negative exponent", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[5][1][2].content = [0xFD] }
    },
    LintCase(.statements, "another way of identification", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[6][1][0].content[6] = 4 }
    },
    LintCase(.statements, "another authority for names", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[7][1][1][0].text = "https://register.example.com/" }
    },
    LintCase(.statements, "no authority for names", profile: "person-everything") { element in
      element.change(Extension.qc) { $0[7][1].elements.removeLast() }
    },
    LintCase(.provenNames, "a given name that is known and left out") { element in
      element.subject.elements.remove(at: 2)
    } around: { facts in
      facts.profile.subject.required = [.country, .surname, .serialNumber, .commonName]
      facts.profile.subject.optional = [.givenName]
    },
  ]
}
