import Testing

@testable import Conformance
import Vocabulary

@Suite("Catalogue of the checklist", .timeLimit(.minutes(2)))
struct CatalogueTests {
  @Test("314 rules in order: 274 MUST, 18 SHOULD, 22 IMPL; then what the text prints")
  func table() {
    let rules = Catalogue.items.filter { $0.kind == .rule }
    #expect(rules.map(\.number) == Array(1...314))
    let counts = Level.allCases.map { level in rules.count { $0.level == level } }
    #expect(counts == [274, 18, 22])
    let kinds = Item.Kind.allCases.map { kind in Catalogue.items.count { $0.kind == kind } }
    #expect(kinds == [314, 154, 133, 37])
    #expect(Catalogue.item(132)?.expected.contains("Malformed authroization header.") == true)
    #expect(Catalogue.item(315) == nil)
  }

  @Test("items of v2 name their section of the published text, those of v1 alone none")
  func sections() {
    for item in Catalogue.items { #expect((item.section != nil) == item.versions.contains(.v2), "\(item.number)") }
    #expect(Catalogue.item(104)?.section == "11.8" && Catalogue.item(209)?.section == "11.15")
    #expect(Catalogue.item(110803)?.expected == #"400 · invalid_request · "Invalid parameter credentialID""#)
    #expect(Catalogue.item(82407)?.section == "8.2.4" && Catalogue.item(82407)?.kind == .row)
    #expect(Catalogue.item(110855)?.statement == "member `SAD` is there")
    #expect(Catalogue.sections.first == "7.1" && Catalogue.sections.last == "11.16")
  }

  @Test("every item has a check in every version it is about")
  func everyItemIsChecked() {
    let checks = Section.all.flatMap(\.checks)
    for item in Catalogue.items {
      #expect(checks.contains { $0.items.contains(item.number) }, "no check for item \(item.number)")
    }
    for check in checks {
      for number in check.items { #expect(Catalogue.item(number) != nil, "a check for item \(number)") }
    }
  }

  @Test("numbers and ranges choose items")
  func selection() {
    #expect(ItemSelection("1,2, 5-9")?.numbers == [1, 2, 5, 6, 7, 8, 9])
    #expect(ItemSelection("samples")?.numbers.count == 37)
    #expect(ItemSelection("11.5,1")?.numbers.isSuperset(of: [1, 313, 314, 110501, 110504, 110591, 110592]) == true)
    for wrong in ["", "0", "315", "9-5", "1-2-3", "a", "1,,2", "5-", "11.99", "row"] {
      #expect(ItemSelection(wrong) == nil, "\(wrong)")
    }
    #expect(TextReport.ranges([7, 1, 2, 3, 9, 10]) == "1-3, 7, 9-10")
  }

  @Test(
    "bases with and without /csc and version",
    arguments: [
      ("https://a.example", "https://a.example", [CSCVersion.v1, .v2]),
      ("https://a.example/x/", "https://a.example/x", [.v1, .v2]),
      ("https://a.example/x/csc", "https://a.example/x", [.v1, .v2]),
      ("https://a.example/csc/v1/", "https://a.example", [.v1]),
      ("https://[::1]:8443/csc/v2", "https://[::1]:8443", [.v2]),
    ])
  func bases(_ url: String, _ base: String, _ versions: [CSCVersion]) {
    let subject = Subject(url: url)
    #expect(subject?.base == base && subject?.versions == versions)
    #expect(Subject(url: "ftp://a.example") == nil && Subject(url: "a.example") == nil)
  }
}
