import CSCModel
import Testing

@testable import HTTPGateway

@Suite("Memory for what waits", .timeLimit(.minutes(5)))
struct OctetBudgetTests {
  private func budget() -> OctetBudget {
    OctetBudget(.init(strangers: 10 * Hold.request, address: 4 * Hold.request, known: 100, partner: 60))
  }

  @Test("a partner has its share, all have the whole, and what ends gives everything back")
  func partners() {
    let budget = budget()
    for _ in 0..<2 {
      #expect(budget.grant(40, to: .partner("a")) && budget.grant(20, to: .partner("a")))
      #expect(!budget.grant(1, to: .partner("a")))
      #expect(budget.grant(40, to: .partner("b")))
      #expect(!budget.grant(1, to: .partner("b")) && !budget.grant(1, to: .partner("c")))
      // Connections that exist already count, and then others wait.
      #expect(budget.grant(10, to: .partner("b"), mustHave: true) && budget.held == 110)
      budget.give(60, back: .partner("a"))
      budget.give(50, back: .partner("b"))
      #expect(budget.held == 0)
    }
  }

  @Test("strangers have a part of their own, each address a share of it, until a token says who they are")
  func strangers() throws {
    let budget = OctetBudget(.init(strangers: 10 * Hold.request, address: 4 * Hold.request))
    var holds: [Hold] = []
    for address in ["a", "b", "c"] {
      for number in 0..<4 {
        let hold = Hold()
        if holds.count == 10 { break }
        try hold.begin(in: budget, as: .address(address))
        holds.append(hold)
        if number == 3 {
          #expect(throws: CSCError.temporarilyUnavailable) { try Hold().begin(in: budget, as: .address(address)) }
        }
      }
    }
    #expect(holds.count == 10)
    #expect(throws: CSCError.temporarilyUnavailable) { try Hold().begin(in: budget, as: .address("d")) }
    try holds[0].belongs(to: "partner")
    try holds[0].take(1 << 20)
    #expect(budget.held == 10 * Hold.request + (1 << 20) - Hold.included)
    try Hold().begin(in: budget, as: .address("d"))
    holds = []
    #expect(budget.held == 0)
  }

  @Test("what a request took is free when nobody holds it any more, and never more than that")
  func givenBack() throws {
    let budget = budget()
    do {
      let hold = Hold()
      try hold.begin(in: budget, as: .address("a"))
      // A small body and answer are counted with the request.
      hold.add(Hold.included - 1)
      #expect(budget.held == Hold.request)
      hold.add(1001)
      #expect(budget.held == Hold.request + 1000)
      hold.give(400)
      #expect(budget.held == Hold.request + 600)
      hold.give(700)
      #expect(budget.held == Hold.request)
      // More than there is is never given back.
      hold.give(1 << 30)
      #expect(budget.held == Hold.request)
      hold.add(Hold.included + 1)
      #expect(budget.held == Hold.request + 1)
    }
    #expect(budget.held == 0)
  }
}
