import PartnerModel
import Testing
import WireJSON

@Suite("Problems", .timeLimit(.minutes(2)))
struct ProblemTests {
  @Test("a problem is written as RFC 9457 has it, with what to do")
  func json() {
    let problem = Problem(
      .bodyInvalid, "Two members.",
      faults: [RequestFault(.body(.root.member("a/b")), "x"), RequestFault(.query("q"), "y")])
    let text = String(
      decoding: problem.json(status: 400, instance: "r1").compact(), as: UTF8.self)
    #expect(
      text == #"{"type":"/problems/body-invalid","title":"The body is invalid","status":400,"#
        + #""detail":"Two members.","instance":"r1","action":"Correct the members that errors names.","#
        + #""retryable":false,"errors":[{"pointer":"/a~1b","detail":"x"},{"parameter":"q","detail":"y"}]}"#)
    let away = Problem(.unavailable, retryAfter: 3).json(status: 503, instance: "r2")
    #expect(away.object?["retryAfter"] == 3 && away.object?["retryable"] == true)
    #expect(away.object?["detail"] == "Temporarily unavailable.")
  }

  @Test("the name of a type is one segment of a path, and its texts are sentences", arguments: ProblemType.allCases)
  func types(type: ProblemType) {
    #expect(type.rawValue.utf8.allSatisfy { $0 == 0x2d || 0x61...0x7a ~= $0 })
    #expect(!type.title.isEmpty && !type.title.hasSuffix(".") && type.action.hasSuffix("."))
  }
}
