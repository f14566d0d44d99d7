import Testing

@testable import Conformance
import Vocabulary

@Suite("Catalogue of the checklist", .timeLimit(.minutes(2)))
struct CatalogueTests {
  @Test("314 items in order: 275 MUST, 17 SHOULD, 22 IMPL")
  func table() {
    #expect(Catalogue.items.map(\.number) == Array(1...314))
    let counts = Level.allCases.map { level in Catalogue.items.count { $0.level == level } }
    #expect(counts == [275, 17, 22])
    #expect(Catalogue.item(132)?.expected.contains("Malformed authroization header.") == true)
    #expect(Catalogue.item(315) == nil)
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
    for wrong in ["", "0", "315", "9-5", "1-2-3", "a", "1,,2", "5-"] {
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
