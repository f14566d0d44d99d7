import HTTPTypes
import PartnerModel
import TestSupport
import Testing
import Throttling
import Vocabulary
import WireJSON

@testable import HTTPGateway

@Suite("Limits of calls by client", .timeLimit(.minutes(2)))
struct CallRateTests {
  @Test("units come back with time, no more than there were, and a clock that is put back gives none")
  func budget() {
    var budget = CallBudget(burst: 10, perSecond: 2, at: 100)
    #expect(budget.spend(7, at: 100) == nil)
    // A call that is refused costs nothing.
    #expect(budget.spend(4, at: 100) == 1 && budget.spend(8, at: 100) == 3)
    #expect(budget.spend(3, at: 100) == nil && budget.spend(1, at: 100) == 1)
    #expect(budget.spend(2, at: 101) == nil && budget.spend(1, at: 101) == 1)
    #expect(budget.spend(1, at: 50) == 1)
    #expect(budget.spend(2, at: 51) == nil)
    #expect(budget.spend(10, at: Int64.max) == nil && budget.spend(1, at: Int64.max) == 1)
  }

  @Test("a client that calls too often is told when to come again, before its scopes; others are not held up")
  func limited() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture, scope: "partner.read")
    let rival = try await PartnerDesk(fixture, client: "rival desk")
    var answers = 0
    while try await desk.get("signers/none").row == "404 not-found", answers < 1000 { answers += 1 }
    #expect(answers == 600)
    let limited = try await desk.post("signers", "{", key: nil)
    #expect(limited.row == "429 rate-limited" && limited.headers[.retryAfter] == "1")
    #expect(limited["retryAfter"] == 1 && limited["retryable"] == true)
    #expect(try await desk.send(.get, "signers", authorization: "Bearer wrong").row == "401 unauthorized")
    #expect(try await rival.get("signers").status == 200)
    fixture.signing.clock.advance(1)
    #expect(try await desk.get("signers/none").row == "404 not-found")
    // A long list costs more than is left of a second's units after a few.
    var lists = 0
    while try await desk.get("signers?limit=200").status == 200, lists < 100 { lists += 1 }
    #expect(lists == 4)
  }
}
