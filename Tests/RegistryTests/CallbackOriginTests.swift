import Registry
import Testing

@Suite("Callback origins", .timeLimit(.minutes(1)))
struct CallbackOriginTests {
  @Test(
    "what is no origin",
    arguments: [
      "portal.example", "https://portal.example/", "https://portal.example/a", "https://portal.example?x",
      "https://*.example", "https://user@portal.example", "https://portal.example#", "http://portal.example",
      "https://",
    ])
  func noOrigin(text: String) { #expect(CallbackOrigin(text, allowsPrivateAddresses: false) == nil) }

  @Test("plain http is an origin where private addresses are allowed")
  func plainOrigin() {
    #expect(CallbackOrigin("http://10.0.0.7:81", allowsPrivateAddresses: true) != nil)
    #expect(CallbackOrigin("http://10.0.0.7:81/", allowsPrivateAddresses: true) == nil)
  }
}
