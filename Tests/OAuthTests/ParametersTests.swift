import OAuth
import Testing

@Suite("Parameters", .timeLimit(.minutes(2)))
struct ParametersTests {
  @Test("names are told apart by their octets, and a doubled one is noticed")
  func names() {
    let two = Parameters([(name: "K", value: "1"), (name: "\u{212a}", value: "2")])
    #expect(!two.repeatsOne && two["K"] == "1" && two["\u{212a}"] == "2")
    #expect(Parameters([(name: "a", value: ""), (name: "a", value: "1")]).repeatsOne)
    #expect(Parameters([(name: "a", value: "K")]) != Parameters([(name: "a", value: "\u{212a}")]))
    #expect(Parameters([(name: "a", value: "")])["a"] == nil)
  }
}
