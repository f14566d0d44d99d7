import Growth
import PartnerModel
import Testing
import Vocabulary
import WireJSON

@Suite("Requests about signers", .timeLimit(.minutes(2)))
struct SignerRequestTests {
  @Test(
    "refusals of POST /signers",
    arguments: [
      (#"{}"#, "body-invalid /kind /locale"),
      (#"{"kind":null,"locale":null}"#, "body-invalid /kind /locale"),
      (#"{"kind":"Person","locale":"de"}"#, "body-invalid /kind"),
      (#"{"kind":["person"],"locale":1}"#, "body-invalid /kind /locale"),
      (#"{"kind":"person","locale":"german-Austria-x-1234567890123456789"}"#, "body-invalid /locale"),
      (#"{"kind":"person","locale":"d"}"#, "body-invalid /locale"),
      (#"{"kind":"person","locale":"de_AT"}"#, "body-invalid /locale"),
      (#"{"kind":"person","locale":"de-"}"#, "body-invalid /locale"),
      (#"{"kind":"person","locale":"dé"}"#, "body-invalid /locale"),
      (#"{"kind":"person","locale":"de","externalId":""}"#, "body-invalid /externalId"),
      (#"{"kind":"person","locale":"de","externalId":"a b"}"#, "body-invalid /externalId"),
      (#"{"kind":"person","locale":"de","externalId":"a\u0000"}"#, "body-invalid /externalId"),
      (#"{"kind":"person","locale":"de","externalId":"a\r\n"}"#, "body-invalid /externalId"),
      (#"{"kind":"person","locale":"de","externalId":4711}"#, "body-invalid /externalId"),
      (#"{"kind":"person","locale":"de","contact":"a@b.example"}"#, "body-invalid /contact"),
      (#"{"kind":"person","locale":"de","contact":{"email":"a"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"email":"@b.example"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"email":"a@b@c"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"email":"a@b..c"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"email":"a\n@b.c"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"email":"<a@b.c>"}}"#, "body-invalid /contact/email"),
      (#"{"kind":"person","locale":"de","contact":{"phone":"0660123"}}"#, "body-invalid /contact/phone"),
      (#"{"kind":"person","locale":"de","contact":{"phone":"+0660123456"}}"#, "body-invalid /contact/phone"),
      (#"{"kind":"person","locale":"de","contact":{"phone":"+43 660 1234"}}"#, "body-invalid /contact/phone"),
      (#"{"kind":"person","locale":"de","contact":{"phone":"+1234567890123456"}}"#, "body-invalid /contact/phone"),
      (#"{"kind":"person","locale":"de","contact":{"fax":"1"}}"#, "member-unknown /contact/fax"),
      (#"{"kind":"person","locale":"de","Locale":"de","a/b~":1}"#, "member-unknown /Locale /a~1b~0"),
      (#"{"kind":"person","locale":"de","representativeId":"s1"}"#, "body-invalid /representativeId"),
      (#"{"kind":"organisation","locale":"de","representativeId":"../x"}"#, "body-invalid /representativeId"),
      (#"{"kind":"organisation","locale":"de","representativeId":""}"#, "body-invalid /representativeId"),
      (
        #"{"kind":"x","locale":"d","externalId":"","contact":{"email":1}}"#,
        "body-invalid /kind /externalId /locale /contact/email"
      ),
    ])
  func creationRefused(body: String, expected: String) throws {
    let body = try object(body)
    #expect(refusal { try SignerCreation(body) } == expected)
  }

  @Test("what is longer than it may be is refused, and its longest form is not")
  func lengths() throws {
    for (count, isGood) in [(255, true), (256, false)] {
      let body = JSONObject([
        ("kind", "person"), ("locale", "de"), ("externalId", .string(String(repeating: "a", count: count))),
      ])
      #expect(refusal { try SignerCreation(body) } == (isGood ? "accepted" : "body-invalid /externalId"))
    }
    let long = String(repeating: "m", count: 65)
    let body = JSONObject([("kind", "person"), ("locale", "de"), (long, 1)])
    // A long name is not repeated.
    #expect(refusal { try SignerCreation(body) } == "member-unknown ")
  }

  @Test("a request with all members, and one with those that it must have")
  func creation() throws {
    let all = try SignerCreation(
      object(
        #"{"kind":"organisation","externalId":"müller-1","locale":"de-AT","contact":{"email":"ä@bücher.example","phone":"+4366012345678"},"representativeId":"0f1e"}"#
      ))
    #expect(all.kind == .organisation && all.externalID == "müller-1" && all.locale == "de-AT")
    #expect(all.email == "ä@bücher.example" && all.phone == "+4366012345678" && all.representative == SignerID("0f1e"))
    let least = try SignerCreation(object(#"{"kind":"person","locale":"en","externalId":null,"contact":{}}"#))
    #expect(least.kind == .person && least.externalID == nil && least.email == nil && least.representative == nil)
  }

  @Test(
    "refusals of PATCH /signers/{id}",
    arguments: [
      (#"{"names":{"familyName":"Neu"}}"#, "identity-is-proofed /names"),
      (#"{"names":null,"dateOfBirth":"x","what":1}"#, "identity-is-proofed /names /dateOfBirth"),
      (#"{"kind":"person"}"#, "member-unknown /kind"),
      (#"{"state":"closed"}"#, "member-unknown /state"),
      (#"{"locale":null}"#, "body-invalid /locale"),
      (#"{"locale":5}"#, "body-invalid /locale"),
      (#"{"externalId":""}"#, "body-invalid /externalId"),
      (#"{"contact":{"email":""}}"#, "body-invalid /contact/email"),
      (#"{"contact":[]}"#, "body-invalid /contact"),
    ])
  func patchRefused(body: String, expected: String) throws {
    let body = try object(body)
    #expect(refusal { try SignerPatch(body) } == expected)
  }

  @Test("a patch changes what it names, removes what is null, and leaves the rest")
  func patch() throws {
    let nothing = try SignerPatch(object("{}"))
    #expect(nothing.externalID == .unchanged && nothing.locale == nil && nothing.contact == .none)
    let some = try SignerPatch(object(#"{"externalId":null,"contact":{"email":"a@b.example","phone":null}}"#))
    #expect(some.externalID == .removal && some.externalID.applied(to: "x") == nil)
    #expect(some.contact.email == .value("a@b.example") && some.contact.phone == .removal)
    #expect(some.contact.email.applied(to: "x") == "a@b.example" && nothing.contact.email.applied(to: "x") == "x")
    let none = try SignerPatch(object(#"{"contact":null,"locale":"fr"}"#))
    #expect(none.contact.email == .removal && none.contact.phone == .removal && none.locale == "fr")
  }

  @Test(
    "refusals of the query of GET /signers",
    arguments: [
      ("limit", "0", "query-invalid ?limit"), ("limit", "201", "query-invalid ?limit"),
      ("limit", "-1", "query-invalid ?limit"), ("limit", "+5", "query-invalid ?limit"),
      ("limit", "", "query-invalid ?limit"), ("limit", "٣", "query-invalid ?limit"),
      ("order", "ASC", "query-invalid ?order"), ("state", "gone", "query-invalid ?state"),
      ("externalId", "", "query-invalid ?externalId"), ("partner", "x", "query-invalid ?partner"),
      ("Limit", "5", "query-invalid ?Limit"),
      ("limit", "200", "accepted"), ("order", "desc", "accepted"), ("state", "closed", "accepted"),
      ("externalId", "c-1", "accepted"),
    ])
  func query(name: String, value: String, expected: String) {
    #expect(refusal { try SignerQuery([(name, value)]) } == expected)
  }

  @Test("a query that repeats a parameter, is malformed or has very many is refused")
  func queries() throws {
    #expect(refusal { try SignerQuery([("limit", "5"), ("limit", "5")]) } == "query-invalid ?limit")
    #expect(refusal { try SignerQuery(nil) } == "query-invalid")
    let many: QueryPairs = (0..<300).map { ("p\($0)", "") }
    #expect(refusal { try SignerQuery(many) }.split(separator: " ").count == 21)
    let usual = try SignerQuery([])
    #expect(usual.list.limit == 50 && usual.list.order == .ascending && usual.externalID == nil && usual.state == nil)
  }

  @Test("a body with very many members costs no more than reading them once")
  func growth() {
    let ratio = Growth.ratio(
      1000, of: { count in JSONObject((0..<count).map { ("e\u{301}\($0)", JSONValue.integer(1)) }) }
    ) { _ = try? SignerCreation($0) }
    #expect(ratio < Growth.most)
    let body = JSONObject((0..<1000).map { ("m\($0)", JSONValue.null) })
    #expect(refusal { try SignerCreation(body) }.split(separator: " ").count == 21)
  }

  @Test("an answer has no members that are not there, and contact only where it is shown")
  func answers() {
    func answer(_ contact: SignerAnswer.Contact?) -> String {
      let answer = SignerAnswer(
        id: SignerID("a"), kind: .person, state: .open, externalID: nil, locale: "de", representative: nil,
        created: 1_796_083_200, contact: contact)
      return String(decoding: answer.json.compact(), as: UTF8.self)
    }
    let bare = #"{"id":"a","kind":"person","state":"open","locale":"de","createdAt":"2026-12-01T00:00:00Z""#
    #expect(answer(nil) == bare + "}")
    #expect(answer(SignerAnswer.Contact(email: nil, phone: nil)) == bare + #","contact":{}}"#)
    #expect(answer(SignerAnswer.Contact(email: "a@b", phone: nil)) == bare + #","contact":{"email":"a@b"}}"#)
  }

  @Test("texts that look the same are read as one; a member that is null is missing")
  func composed() throws {
    let creation = try SignerCreation(
      object(
        "{\"kind\":\"person\",\"locale\":\"de\",\"representativeId\":null,\"externalId\":\"mu\u{308}ller\",\"contact\":{\"email\":\"mu\u{308}ller@example.org\"}}"
      ))
    #expect(Array((creation.externalID ?? "").utf8) == Array("m\u{FC}ller".utf8))
    #expect(Array((creation.email ?? "").utf8) == Array("m\u{FC}ller@example.org".utf8))
    #expect(creation.representative == nil)
    let patch = try SignerPatch(object("{\"externalId\":\"mu\u{308}ller\"}"))
    guard case .value(let text) = patch.externalID else {
      Issue.record("no change")
      return
    }
    #expect(Array(text.utf8) == Array("m\u{FC}ller".utf8))
    let query = try SignerQuery([("externalId", "mu\u{308}ller")])
    #expect(Array((query.externalID ?? "").utf8) == Array("m\u{FC}ller".utf8))
  }
}
