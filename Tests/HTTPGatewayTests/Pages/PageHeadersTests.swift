import Foundation
import HTTPTypes
import Hummingbird
import Registry
import Testing
import Texts

@testable import HTTPGateway

@Suite("The pages' header fields", .timeLimit(.minutes(5)))
struct PageHeadersTests {
  private func policy(_ targets: [String], frameOrigins: [String] = []) -> [String] {
    let fields = PageHeaders.fields(
      language: .english, frameOrigins: frameOrigins, keepsOpener: false, targets: targets)
    return (fields[.contentSecurityPolicy] ?? "").components(separatedBy: "; ")
  }

  @Test("every page has them, also error pages")
  func everyPage() async throws {
    for page in try await PagesFixture().all(.german) {
      #expect(page.headers[.contentType] == "text/html; charset=utf-8" && page.headers[.contentLanguage] == "de")
      #expect(page.headers[.cacheControl] == "no-store" && page.headers[.referrerPolicy] == "no-referrer")
      #expect(page.headers[.xContentTypeOptions] == "nosniff" && page.headers[.xFrameOptions] == "DENY")
      #expect(page.headers[.crossOriginOpenerPolicy] == "same-origin")
      #expect(page.headers[.permissionsPolicy]?.contains("camera=()") == true)
      #expect(
        page.headers[.contentSecurityPolicy]
          == "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
      )
    }
  }

  @Test("framing: only the registered origins, and then no X-Frame-Options, which cannot name them")
  func framing() async throws {
    let fixture = try await PagesFixture(frameOrigins: ["https://portal.example", "https://bank.example:8443"])
    let pages = fixture.pages
    let page = try await HTML(
      pages.logIn(PagesFixture.logIn(), of: fixture.look, in: .english, redirectingTo: []))
    #expect(page.headers[.xFrameOptions] == nil)
    #expect(
      page.headers[.contentSecurityPolicy]?.hasSuffix(
        "; frame-ancestors https://portal.example https://bank.example:8443") == true)
    let others = try await HTML(pages.logIn(PagesFixture.logIn(), of: nil, in: .english, redirectingTo: []))
    #expect(others.headers[.xFrameOptions] == "DENY")
  }

  @Test("pop-ups: the opener is kept for partners that register it, on the pages that they open")
  func popUps() async throws {
    let fixture = try await PagesFixture { $0.opensInPopUps = true }
    let pages = fixture.pages
    func policy(_ response: Response) -> String? { response.headers[.crossOriginOpenerPolicy] }
    for look in [fixture.look, nil] {
      let expected = look == nil ? "same-origin" : "unsafe-none"
      let error = ErrorView(kind: .expired)
      #expect(policy(pages.logIn(PagesFixture.logIn(), of: look, in: .english, redirectingTo: [])) == expected)
      #expect(policy(pages.consent(PagesFixture.consent(), of: look, in: .english, redirectingTo: [])) == expected)
      #expect(policy(pages.error(error, of: look, in: .english)) == expected)
      #expect(policy(pages.forward(ForwardView(url: "https://eid.example/"), of: look, in: .english)) == expected)
      // Behind links in messages; no page opened them.
      #expect(policy(pages.done(DoneView(kind: .confirmed), of: look, in: .english)) == "same-origin")
    }
  }

  @Test("form-action: our own origin, and the origin or scheme of where the answer redirects")
  func formAction() {
    func sources(_ targets: String...) -> String? { policy(targets).first { $0.hasPrefix("form-action") } }
    #expect(sources("https://Portal.example/cb?x=1#y") == "form-action 'self' https://portal.example")
    #expect(sources("http://127.0.0.1:8091/callback") == "form-action 'self' http://127.0.0.1:8091")
    #expect(sources("countersign-demo://callback") == "form-action 'self' countersign-demo:")
    #expect(sources("com.example.app:/cb") == "form-action 'self' com.example.app:")
    #expect(sources("http://[::1]:9000/cb") == "form-action 'self' http:")
    #expect(
      sources("https://a.example/1", "https://a.example/2", "https://b.example")
        == "form-action 'self' https://a.example https://b.example")
  }

  @Test(
    "a redirect URI cannot add to the policy",
    arguments: [
      "https://a.example; script-src *", "https://a.example\r\nX: y", "x; script-src *:", "*", "'unsafe-inline'", "",
      "https://*", "//a.example", "https://user@a.example/", "1a:b",
    ])
  func injection(target: String) {
    let parts = policy([target])
    #expect(parts.count == 6 && !parts.contains { $0.contains("script-src") || $0.contains("*") || $0.contains("\n") })
    #expect(parts[3] == "form-action 'self'" || parts[3] == "form-action 'self' https:", "\(parts[3])")
  }
}
