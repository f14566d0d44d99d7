import Testing

@testable import Conformance

@Suite("Pages as a browser without scripts sees them", .timeLimit(.minutes(2)))
struct FormTests {
  private func person(declines: Bool = false) -> FormFilling {
    FormFilling(username: "dana", password: "word", pin: "2468", declines: declines, oneTimePassword: { "123456" })
  }

  @Test("inputs are filled by type, name and autocomplete; the button that approves is pressed")
  func approve() async throws {
    let page = """
      <!-- <form><input name="no"></form> --><script>"<form>"</script>
      <form action="/lang"><select name="l"><option value="de"><option selected value="en">English</select><button>ok</button></form>
      <FORM METHOD=post ACTION='consent?a=1&amp;b=2'>
      <input type=hidden name=csrf value="&quot;x&#x27;&amp;">
      <input type="password" name="PIN" inputmode="numeric"><input autocomplete="one-time-code" name="c">
      <input type=checkbox name=seen value=1 required><input type=checkbox name=news value=1>
      <input type=text name=note value="kept" disabled><textarea name=more></textarea>
      <button name="decision" value="deny">Nein</button><button name="decision" value="approve"><b>Ja</b></button></FORM>
      """
    let submission = try #require(try await person().submission(of: page))
    #expect(submission.action == "consent?a=1&b=2" && submission.method == "post")
    #expect(
      Form.encode(submission.fields)
        == "csrf=%22x%27%26&PIN=2468&c=123456&seen=1&more=&decision=approve")
    #expect(submission.secretNames == ["csrf", "PIN", "c"])
  }

  @Test("a person who declines tells no PIN, but logs in before")
  func decline() async throws {
    let logIn =
      #"<form method="post" action="login"><input name="login"><input type="password" name="p"><input type=submit value="Cancel" name=cancel><input type=submit value="Sign in"></form>"#
    let person = person(declines: true)
    let first = try #require(try await person.submission(of: logIn))
    #expect(Form.encode(first.fields) == "login=dana&p=word")
    let consent =
      #"<form method="post" action="c"><input type="password" name="pin"><button name="yes">Allow</button><button name="no">Do not</button></form>"#
    let second = try #require(try await person.submission(of: consent))
    #expect(Form.encode(second.fields) == "pin=&no=")
  }

  @Test("a form that comes back is sent twice and no more; a page without forms leads nowhere")
  func limits() async throws {
    let page =
      #"<form method="post" action="login"><input name="username"><input type="password" name="p"><button>Go</button></form>"#
    let person = person()
    #expect(try await person.submission(of: page) != nil)
    #expect(try await person.submission(of: page) != nil)
    #expect(try await person.submission(of: page) == nil)
    #expect(try await person.submission(of: "<p>Goodbye</p>") == nil)
  }

  @Test("what a page asks for and nobody gave is named")
  func missing() async throws {
    let nobody = FormFilling(username: nil, password: nil, pin: nil, oneTimePassword: { nil })
    await #expect(throws: Finding.self) {
      try await nobody.submission(
        of: "<form method=post action=x><input type=password name=p><button>Go</button></form>")
    }
  }
}
