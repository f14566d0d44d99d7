import Certificates

/// Faults of the extensions.
extension LintCase {
  private static let seal = "seal-qscd"

  private static func oid(_ content: [UInt8]) -> Element { Element(0x06, content) }
  private static func sequence(_ elements: Element...) -> Element { Element(0x30, of: elements) }

  static let extensions: [LintCase] = [
    LintCase(.extensions, "another order") { $0.extensions.swapAt(0, 1) },
    LintCase(.extensions, "one missing") { $0.extensions.remove(at: 2) },
    LintCase(.extensions, "one twice") { $0.extensions.append($0.extensions[1]) },
    LintCase(.extensions, "one that no one knows") { element in
      element.extensions.append(.entry([0x2A, 0x03], Element(0x05, [])))
    },
    LintCase(.extensions, "key usage that is not critical") { element in
      element[7][0][element.place(of: Extension.ku)].elements.remove(at: 1)
    },
    LintCase(.extensions, "policies that are critical") { element in
      element[7][0][element.place(of: Extension.policies)].elements.insert(Element(0x01, [0xFF]), at: 1)
    },
    LintCase(.extensions, "not critical, said aloud") { element in
      element[7][0][element.place(of: Extension.policies)].elements.insert(Element(0x01, [0]), at: 1)
    },
    LintCase(.extensions, "an authority") { element in
      element.change(Extension.bc) { $0.elements = [Element(0x01, [0xFF])] }
    },

    LintCase(.keyUsage, "type B: with digitalSignature") { element in
      element.change(Extension.ku) { $0.content = [0x06, 0xC0] }
    },
    LintCase(.keyUsage, "type C: digitalSignature alone", profile: seal) { element in
      element.change(Extension.ku) { $0.content = [0x07, 0x80] }
    },
    LintCase(.keyUsage, "a bit too many at the end") { element in
      element.change(Extension.ku) { $0.content = [0x05, 0x40] }
    },

    LintCase(.policies, "another one of the provider's") { element in
      element.change(Extension.policies) { $0[0][0].content[4] ^= 1 }
    },
    LintCase(.policies, "a qualifier") { element in
      element.change(Extension.policies) { $0[0].elements.append(sequence()) }
    },
    LintCase(.policies, "another order") { element in
      element.change(Extension.policies) { $0.elements.swapAt(0, 1) }
    },

    LintCase(.forbidden, "an alternative name") { element in
      element.extensions.append(.entry(Extension.san, sequence(Element(0x81, Array("a@example.org".utf8)))))
    },
    LintCase(.forbidden, "a purpose of the key", profile: "person-sandbox") { element in
      element.extensions.insert(.entry(Extension.eku, sequence(oid([0x2B, 0x06, 0x01]))), at: 3)
    },

    LintCase(.keyIdentifiers, "another authority's key") { element in
      element.change(Extension.aki) { $0[0].content[3] ^= 1 }
    },
    LintCase(.keyIdentifiers, "the authority's number next to its key") { element in
      element.change(Extension.aki) { $0.elements.append(Element(0x82, [1])) }
    },
    LintCase(.keyIdentifiers, "another subject's key") { element in
      element.change(Extension.ski) { $0.content[19] ^= 1 }
    },

    LintCase(.addresses, "a list over https") { element in
      element.change(Extension.crldp) { $0[0][0][0][0].text = "https://pki.example.org/g1-4.crl" }
    },
    LintCase(.addresses, "another part of the list") { element in
      element.change(Extension.crldp) { $0[0][0][0][0].text = "http://pki.example.org/g1-5.crl" }
    },
    LintCase(.addresses, "two places") { element in
      element.change(Extension.crldp) { $0.elements.append($0[0]) }
    },
    LintCase(.addresses, "another host of the issuer's certificate", profile: seal) { element in
      element.change(Extension.aia) { $0[0][1].text = "http://127.0.0.1/g1.cer" }
    },
    LintCase(.addresses, "no one to ask for the status") { element in
      element.change(Extension.aia) { $0.elements.removeLast() }
    },
    LintCase(.addresses, "no address of the issuer's certificate") { element in
      element.change(Extension.aia) { $0.elements.removeFirst() }
    },

    LintCase(.validityAssured, "another value", profile: "person-short") { element in
      element.change(Extension.assured) { $0 = Element(0x01, [0xFF]) }
    },
    LintCase(.noRevocationAvailable, "next to an address for the status", profile: "person-short-s1") { element in
      element.change(Extension.aia) { value in
        var second = value[0]
        second[0].content[7] = 1
        second[1].text = "http://pki.example.org/ocsp"
        value.elements.append(second)
      }
    },
    LintCase(.noRevocationAvailable, "another value", profile: "person-short-s1") { element in
      element.change(Extension.noRevAvail) { $0 = Element(0x30, of: []) }
    },
  ]

  static let statements: [LintCase] = [
    LintCase(.statements, "a statement twice") { element in
      element.change(Extension.qc) { $0.elements.append($0[4]) }
    },
    LintCase(.statements, "another order") { element in
      element.change(Extension.qc) { $0.elements.swapAt(3, 4) }
    },
    LintCase(.statements, "another number of years") { element in
      element.change(Extension.qc) { $0[4][1].content = [11] }
    },
    LintCase(.statements, "two types") { element in
      element.change(Extension.qc) { $0[2][1].elements.append($0[2][1][0]) }
    },
    LintCase(.statements, "semantics of organisations") { element in
      element.change(Extension.qc) { $0[5][1][0].content[6] = 2 }
    },
    LintCase(.statements, "QcCompliance that says something") { element in
      element.change(Extension.qc) { $0[0].elements.append(Element(0x05, [])) }
    },
    LintCase(.statements, "no QcRetentionPeriod", profile: "seal-sandbox") { element in
      element.change(Extension.qc) { $0.elements.remove(at: 2) }
    },

    LintCase(.disclosures, "no English") { element in
      element.change(Extension.qc) { $0[3][1].elements.removeFirst() }
    },
    LintCase(.disclosures, "a language twice") { element in
      element.change(Extension.qc) { $0[3][1][1][1].text = "en" }
    },
    LintCase(.disclosures, "capitals") { element in
      element.change(Extension.qc) { $0[3][1][1][1].text = "DE" }
    },
    LintCase(.disclosures, "http") { element in
      element.change(Extension.qc) { $0[3][1][0][0].text = "http://www.example.org/pds/en.pdf" }
    },
    LintCase(.disclosures, "another address", profile: "seal-sandbox") { element in
      element.change(Extension.qc) { $0[1][1][0][0].text = "https://www.example.com/pds/en.pdf" }
    },

    LintCase(.claims, "a person's certificate for seals") { element in
      element.change(Extension.qc) { $0[2][1][0].content[6] = 2 }
    },
    LintCase(.claims, "an organisation's certificate for signatures", profile: seal) { element in
      element.change(Extension.qc) { $0[2][1][0].content[6] = 1 }
    },
    LintCase(.claims, "a key that was not made in the device (pitfall 12)", around: { $0.isKeyLocal = false }),
    LintCase(.claims, "a device whose certification ended (pitfall 12)", around: { $0.isDeviceCertified = false }),

    LintCase(.test, "a person without TEST", profile: "person-sandbox") { element in
      element.subject[4][0][1].text = "Alice Maria Mustermann-Müller"
    },
    LintCase(.test, "an issuer without TEST", profile: "person-sandbox") { element in
      element[3][1][0][1].text = "Countersign Tests"
    } around: { facts in
      var subject = Element(facts.issuer.subject)
      subject[1][0][1].text = "Countersign Tests"
      facts.issuer = facts.issuer.with(subject: subject.octets)
    },
    LintCase(.test, "the arc of examples for what claims something") { element in
      let own: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xFD, 0x59, 0x01, 0x01, 0x01]
      element.change(Extension.policies) { $0[0][0].content = own }
    } around: { facts in
      facts.issuer = facts.issuer.with(policyArc: "1.3.6.1.4.1.32473.1")
    },
  ]

  static let all = fields + names + extensions + statements + claims + otherStatements
}

extension IssuerFacts {
  func with(
    _ algorithm: CertificateAlgorithm? = nil, subject: [UInt8]? = nil, notAfter: Int64? = nil,
    policyArc: String? = nil
  ) -> IssuerFacts {
    IssuerFacts(
      id: id, subject: subject ?? self.subject, keyIdentifier: keyIdentifier,
      algorithm: algorithm ?? self.algorithm, notBefore: notBefore, notAfter: notAfter ?? self.notAfter,
      publicHost: publicHost, policyArc: policyArc ?? self.policyArc, disclosures: disclosures, shards: shards) ?? self
  }
}
