import HTTPTypes
import PartnerModel
import RecordedCalls
import SoleControl
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

@Suite("Recorded answers", .timeLimit(.minutes(2)))
struct RecordedAnswerTests {
  private let answers = RecordedAnswers(secret: [1, 2, 3])
  private let name = CallKey(client: ClientID("desk"), digest: [UInt8](repeating: 1, count: 32))
  private let answer = RecordedAnswer(
    status: .created, location: "/signers/1", tag: "\"1\"", body: ["email": "alice@example.org"])

  @Test("an answer is readable with its service, name and key alone, and not in the clear")
  func sealed() throws {
    let key = try IdempotencyKey(fields: ["0123456789abcdef"])
    let salt = [UInt8](repeating: 5, count: RecordedAnswers.saltLength)
    let octets = try answers.seal(answer, name, key, salt: salt)
    #expect(try answers.open(octets, name, key) == answer)
    #expect(octets.firstRange(of: Array("alice".utf8)) == nil)
    let other = try IdempotencyKey(fields: ["0123456789abcdeF"])
    let elsewhere = CallKey(client: name.client, digest: [UInt8](repeating: 2, count: 32))
    var edited = octets
    edited[0] ^= 1
    #expect(throws: StoreError.corrupt) { try answers.open(octets, name, other) }
    #expect(throws: StoreError.corrupt) { try answers.open(octets, elsewhere, key) }
    #expect(throws: StoreError.corrupt) { try answers.open(edited, name, key) }
    #expect(throws: StoreError.corrupt) { try answers.open([], name, key) }
    #expect(throws: StoreError.corrupt) { try RecordedAnswers(secret: [1, 2, 4]).open(octets, name, key) }
    // The same answer sealed again is another text.
    let again = try answers.seal(answer, name, key, salt: [UInt8](repeating: 6, count: RecordedAnswers.saltLength))
    #expect(again.dropFirst(RecordedAnswers.saltLength) != octets.dropFirst(RecordedAnswers.saltLength))
  }
}
