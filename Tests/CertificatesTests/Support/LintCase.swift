import Certificates
import Testing

/// One fault of a certificate, or of what stands around it, and the rule that finds it.
struct LintCase: Sendable, CustomTestStringConvertible {
  let rule: LintRule
  let name: String
  let profile: String
  /// Changes the octets that would be signed.
  let edit: @Sendable (inout Element) -> Void
  /// Changes the facts that they are held against.
  let around: @Sendable (inout LintFacts) -> Void

  init(
    _ rule: LintRule, _ name: String, profile: String = "person-qscd",
    _ edit: @escaping @Sendable (inout Element) -> Void = { _ in },
    around: @escaping @Sendable (inout LintFacts) -> Void = { _ in }
  ) {
    (self.rule, self.name, self.profile, self.edit, self.around) = (rule, name, profile, edit, around)
  }

  var testDescription: String { "\(rule.rawValue): \(name)" }

  /// The rules that speak.
  func findings() throws -> Set<LintRule> {
    var good = try GoodDraft(profile)
    var element = Element(good.draft.toBeSigned)
    edit(&element)
    good.lookUp(element.octets)
    around(&good.facts)
    return Set(Lint.check(element.octets, good.facts).map(\.rule))
  }
}
