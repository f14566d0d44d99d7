import SoleControl
import Testing
import Texts

@testable import HTTPGateway

@Suite("The pages' texts and templates", .timeLimit(.minutes(5)))
struct PageTextsTests {
  /// One language as tests see it: every text under its name, also those of factors.
  private func texts(_ language: Language) -> [String: [String]] {
    var all: [String: [String]] = [:]
    var parts: [(name: String, value: Any)] = []
    for child in Mirror(reflecting: Texts.of(language).pages).children { parts.append((child.label!, child.value)) }
    for factor in FactorID.allCases {
      for child in Mirror(reflecting: factor.face.pageField.texts(language)).children {
        parts.append(("\(child.label!) \(factor)", child.value))
      }
    }
    for (name, value) in parts {
      switch value {
      case let text as String: all[name] = [text]
      case let text as String?: all[name] = text.map { [$0] }
      case let pair as PageTexts.Pair: all[name] = [pair.title, pair.text]
      case let amount as Texts.Amount: all[name] = [amount.one, amount.many]
      case let list as [String]: all[name] = list
      case let properties as PropertyTexts:
        for child in Mirror(reflecting: properties).children {
          all["properties \(child.label!)"] = child.value as? [String] ?? [child.value as? String].compactMap(\.self)
        }
      default: Issue.record("\(name) is of a kind that this test does not know")
      }
    }
    return all
  }

  @Test("both languages have every text, with the same places for values")
  func complete() {
    let english = texts(.english)
    let german = texts(.german)
    #expect(Set(english.keys) == Set(german.keys) && english.count > 80)
    func places(_ text: String) -> [String] { text.matches(of: /\{[a-z]+\}/).map { String($0.0) }.sorted() }
    for (name, values) in english {
      let others = german[name] ?? []
      #expect(values.count == others.count, "\(name)")
      for (value, other) in zip(values, others) {
        #expect(!value.isEmpty && !other.isEmpty && places(value) == places(other), "\(name)")
      }
    }
    let same = english.filter { $0.value == german[$0.key] }.keys.sorted()
    #expect(same == [], "the same in both languages")
  }

  @Test("customers are spoken to in their own words, and politely")
  func words() {
    let insiders: [(Language, [String])] = [
      (.english, ["application", "requester", "digest", "nobody", "tries", "PIN to no", "meanwhile"]),
      (.german, ["Anwendung", "Anfragende", "Prüfwert", "Hash", "Token", "du ", "dein", "ae", "oe"]),
    ]
    for (language, words) in insiders {
      for (name, values) in texts(language) {
        for value in values {
          #expect(!words.contains { value.contains($0) }, "\(name): \(value)")
          // Sentences end, labels do not.
          #expect(!value.contains(/\p{L}\. \p{Lu}/) || value.hasSuffix("."), "\(name): \(value)")
        }
      }
    }
    let german = texts(.german)
    for name in german.keys where name.hasPrefix("missing") || name.hasPrefix("locked") {
      #expect(german[name]?.first?.contains("Bitte ") == true, "\(name)")
    }
  }

  @Test("no template uses a text that does not exist, and no text stands unused")
  func used() {
    let names = Set(texts(.english).keys)
    let templates = PageTemplates.all.values.joined()
    let used = Set(templates.matches(of: /\{\{t\.([A-Za-z]+)\}\}/).map { String($0.1) })
    #expect(used.subtracting(names).isEmpty)
    // Those that Swift code puts into values are held by the compiler.
    #expect(used.count > 20)
  }

  @Test(
    "no template has a place that does not escape, a script, a style or an event",
    arguments: PageTemplates.all.keys.sorted())
  func templates(name: String) throws {
    let text = try #require(PageTemplates.all[name])
    #expect(!text.contains("{{{") && !text.contains("{{&") && !text.contains("{{=") && !text.contains("{{%"))
    #expect(!text.lowercased().contains("<script") && !text.contains("<style") && !text.contains(" style="))
    #expect(text.firstMatch(of: /\son[a-z]+=/) == nil && !text.contains("javascript:"))
    let partials = text.matches(of: /\{\{[<>]([A-Za-z]+)\}\}/).map { String($0.1) }
    #expect(partials.allSatisfy { PageTemplates.all[$0] != nil })
  }

  @Test("the language: lang, else what the browser prefers, else the service's")
  func language() {
    func chosen(_ lang: String?, _ header: String?, _ standard: Language = .english) -> Language {
      Language.chosen(lang: lang, acceptLanguage: header, standard: standard)
    }
    #expect(
      chosen("de-AT", "en") == .german && chosen("DE", nil) == .german && chosen("de-Latn-CH-1996", nil) == .german)
    #expect(chosen("en-GB", "de") == .english)
    #expect(chosen("fr", "de") == .german && chosen("", "de") == .german && chosen("den", nil) == .english)
    #expect(chosen(nil, "fr-FR, de-DE;q=0.7, en;q=0.3") == .german)
    #expect(chosen(nil, "en;q=0.3,de;q=0.30") == .english && chosen(nil, "de,en") == .german)
    #expect(chosen(nil, "de;q=0, *") == .english && chosen(nil, "de;q=0", .german) == .german)
    #expect(chosen(nil, "fr, *;q=0.1", .german) == .german && chosen(nil, "it", .german) == .german)
    #expect(chosen(nil, "de;q=2, en;q=x, ;;,") == .english && chosen(nil, nil, .german) == .german)
  }
}
