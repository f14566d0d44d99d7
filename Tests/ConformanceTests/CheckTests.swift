import Synchronization
import Testing

@testable import Conformance
import Vocabulary

/// For each part of the checklist: the service that is right passes, and the one with a fault fails.
@Suite("Checks against a service that can be broken", .timeLimit(.minutes(2)))
struct CheckTests {
  /// The items that must notice each fault.
  static let faults: [(Fault, String)] = [
    (.acceptsSSL3, "5"), (.acceptsTLS10, "276"), (.answersPlainHTTP, "6,277"), (.errorsAsText, "9"),
    (.breaksBase64, "10"), (.forgetsDescriptions, "278"),
    (.hasNoName, "20"), (.hasLargeLogo, "24"), (.saysRegionInWords, "25"), (.hidesMethod, "31"),
    (.knowsEverything, "12"), (.breaksInside, "7,31"), (.speaksOneLanguage, "26"),
    (.letsEveryoneIn, "44"), (.givesRefreshUnasked, "35"), (.keepsRevokedTokens, "16,46,47"),
    (.saysBadTokenAs400, "11"),
    (.repeatsPages, "56"), (.listsForAnybody, "58"), (.sendsSCALAsNumber, "80"), (.writesNamesWithSlashes, "78"),
    (.refusesNulls, "17"), (.takesAnyChallengeObject, "126"), (.takesWrongPIN, "108,112"), (.takesCountAsText, "105"),
    (.tellsCode, "128"), (.knowsEveryHandle, "119"), (.extendsForFree, "137"), (.locksInOtherWords, "110,113,121"),
    (.turnsOrderAround, "140"), (.signsAnything, "138,157,158"), (.signsRaw, "300"), (.neverSpends, "141,142"),
    (.forgetsExpiry, "149"), (.takesDocumentsTwice, "183"), (.signsOtherContent, "180,192,194,196,207,310"),
    (.dropsProperties, "196"), (.knowsEveryJob, "209"), (.givesJobsToAnybody, "209"),
    (.stampsRubbish, "213,309"), (.dropsNonce, "214"),
    (.dropsState, "224"), (.redirectsAnywhere, "230"), (.takesAnyScope, "227"), (.takesCodeTwice, "241"),
    (.ignoresVerifier, "259"), (.refreshesCredentials, "240"), (.revokesNothing, "260,265"),
    (.ignoresAccountTokens, "273"), (.makesForAnyToken, "311"), (.makesTwice, "312"),
    (.deletesForAnyToken, "313"), (.deletesNothing, "314"),
  ]

  @Test("a fault fails the items that are about it", arguments: faults)
  func broken(_ fault: Fault, _ items: String) async throws {
    let report = try await Fixture(fault).run(items)
    for result in report.results {
      #expect(result.outcome.isFailed, "item \(result.item.number) did not notice \(fault): \(result.outcome)")
    }
    #expect(!report.results.isEmpty)
  }

  @Test("every fault is among them")
  func completeness() {
    #expect(Set(Self.faults.map(\.0)) == Set(Fault.allCases))
  }

  @Test("the service without faults fails nothing, and passes every item that a fault fails")
  func right() async throws {
    let report = try await Fixture().run()
    for result in report.results where result.outcome.isFailed {
      // It has basic next to OAuth, and so what should not be.
      if result.item.number == 279 { continue }
      Issue.record("\(TextReport().line(result))")
    }
    for (_, items) in Self.faults {
      for number in ItemSelection(items)?.numbers ?? [] {
        let result = report.results.first { $0.item.number == number }
        #expect(result?.outcome == .passed, "item \(number): \(String(describing: result?.outcome))")
      }
    }
    #expect(report.conforms && report.versions.map(\.version) == [.v1, .v2])
    // Most of the checklist can be shown with what it has.
    #expect(report.count { $0 == .passed } > 240)
  }

  @Test("a right answer after two wrong PINs at most")
  func wrongPINs() async throws {
    let fixture = try Fixture()
    _ = try await fixture.run { $0.lockable = [] }
    #expect(fixture.service.state.withLock { $0.wrongPINs.values.allSatisfy { $0 == 0 } })
    let strict = try Fixture(.locksInOtherWords)
    _ = try await strict.run("108,112")
    #expect(strict.service.state.withLock { $0.wrongPINs.values.allSatisfy { $0 == 0 } })
  }

  @Test("nothing is locked unless that was allowed")
  func locking() async throws {
    let report = try await Fixture().run("110,113") { $0.lockable = [] }
    #expect(report.results.allSatisfy { $0.outcome.isSkipped })
  }

  @Test("what was not given is named, and nothing fails for it")
  func bare() async throws {
    let report = try await Fixture().run { subject in
      subject = Subject(url: TestService.base) ?? subject
    }
    #expect(report.count(where: \.isFailed) == 1)  // 279
    let reasons = report.results.compactMap { result -> String? in
      if case .skipped(let skip) = result.outcome, skip.kind == .missing { skip.reason } else { nil }
    }
    #expect(reasons.contains { $0.contains("--username") } && reasons.contains { $0.contains("--client-id") })
  }

  @Test("one version alone, and nobody there")
  func versions() async throws {
    let report = try await Fixture().run("1,2,19,34") { $0.versions = [.v2] }
    #expect(report.results.map(\.outcome)[1...] == [.passed, .passed, .passed])
    #expect(report.results[0].outcome.isSkipped)
    let silent = try await Fixture().run("1,2,19,34") { $0.base = "https://nobody.test" }
    #expect(silent.results.map(\.outcome.isFailed) == [true, true, true, false] && !silent.conforms)
  }
}
