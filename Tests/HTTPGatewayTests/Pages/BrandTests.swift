import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Registry
import TestSupport
import Testing
import Texts
import Vocabulary

@testable import HTTPGateway

@Suite("Brands", .timeLimit(.minutes(5)))
struct BrandTests {
  @Test("contrast as WCAG computes it")
  func contrast() throws {
    let white = BrandColour.white
    #expect(white.contrast(with: .black) == 21 && white.contrast(with: white) == 1)
    // Values of the W3C's own examples.
    #expect(abs(try #require(BrandColour(hex: "#767676")).contrast(with: white) - 4.54) < 0.01)
    #expect(abs(try #require(BrandColour(hex: "#0000FF")).contrast(with: white) - 8.59) < 0.01)
    #expect(abs(try #require(BrandColour(hex: "#ff0000")).contrast(with: white) - 4.00) < 0.01)
    for wrong in ["#fff", "red", "#12345g", "#1234567", "123456#", "#+12345", "#ffffff;", ""] {
      #expect(BrandColour(hex: wrong) == nil, "\(wrong)")
    }
  }

  @Test("text can be read on every colour of a brand, and in every colour of a brand")
  func everyColour() {
    for red in stride(from: 0, through: 255, by: 15) {
      for green in stride(from: 0, through: 255, by: 15) {
        for blue in stride(from: 0, through: 255, by: 15) {
          let colour = BrandColour(UInt8(red), UInt8(green), UInt8(blue))
          let onIt = colour.textOnIt.contrast(with: colour)
          let inIt = [PageStyle.day, PageStyle.night].flatMap { palette in
            palette.surfaces.map { colour.readable(on: palette.surfaces).contrast(with: $0) }
          }
          guard onIt < 4.5 || inIt.contains(where: { $0 < 4.5 }) else { continue }
          Issue.record("\(colour.hex): \(onIt), \(inIt)")
        }
      }
    }
    // A colour that can be read stays what it is.
    #expect(BrandColour(hex: "#1b457e").map { $0.readable(on: PageStyle.day.surfaces) == $0 } == true)
  }

  @Test("the pages' own colours: text 4.5, borders of inputs 3", arguments: [PageStyle.day, PageStyle.night])
  func palette(_ palette: PageStyle.Palette) {
    for surface in palette.surfaces {
      for text in [palette.text, palette.quiet, palette.bad, palette.care, palette.good] {
        #expect(text.contrast(with: surface) >= 4.5, "\(text.hex) on \(surface.hex)")
      }
      #expect(palette.edge.contrast(with: surface) >= 3)
    }
  }

  @Test("what a brand cannot be")
  func refused() throws {
    func member(_ make: () throws -> Void) -> String? {
      do { try make() } catch { return (error as? BrandError)?.member }
      return nil
    }
    #expect(member { _ = try Brand(name: " ") } == "name")
    #expect(member { _ = try Brand(name: String(repeating: "x", count: 81)) } == "name")
    for link in ["http://portal.example/terms", "javascript:alert(1)", "/terms", "https://", "https://a b/"] {
      #expect(member { _ = try Brand(name: "A", words: [.german: .init(terms: link)]) } == "terms", "\(link)")
    }
    #expect(member { _ = try Brand(name: "A", words: [.german: .init(help: "mailto:a@b.example")]) } == "help")
    for origin in [
      "https://portal.example/", "https://*.portal.example", "http://portal.example", "*", "'self'", "https:",
      "https://portal.example; script-src *", "https://a.example https://b.example", "https://A.example",
    ] { #expect(member { _ = try Brand(name: "A", frameOrigins: [origin]) } == "frameOrigins", "\(origin)") }
    #expect(member { _ = try Brand(name: "A", frameOrigins: ["https://portal.example:8443"]) } == nil)
    for octets in ["<html><svg>", "GIF89a", "", "<script>alert(1)</script>", "RIFF1234WAVE"] {
      #expect(member { _ = try BrandLogo(octets: Array(octets.utf8)) } == "logo", "\(octets)")
    }
    #expect(member { _ = try BrandLogo(octets: PagesFixture.png + [UInt8](repeating: 0, count: 262_144)) } == "logo")
    #expect(try BrandLogo(octets: Array("\n<?xml version=\"1.0\"?><svg/>".utf8)).kind == .svg)
    #expect(try BrandLogo(octets: Array("RIFF1234WEBP".utf8)).kind == .webp)
  }

  @Test("a page carries the partner's brand, and the service's for a partner without one")
  func brand() async throws {
    let fixture = try await PagesFixture()
    let view = PagesFixture.logIn()
    let branded = try await HTML(fixture.pages.logIn(view, of: fixture.look, in: .english, redirectingTo: []))
    #expect(branded.text.contains("<title>Log in – Example Portal</title>") && branded.text.contains("Good to see you"))
    #expect(branded.tags("img").map { $0["alt"] } == ["Example Portal"])
    #expect(branded.tags("a").compactMap { $0["href"] }.filter { $0.hasPrefix("https://portal.example/") }.count == 3)
    let german = try await HTML(fixture.pages.logIn(view, of: fixture.look, in: .german, redirectingTo: []))
    #expect(german.text.contains("Willkommen") && german.tags("a").isEmpty)
    let plain = try await HTML(
      fixture.pages.logIn(view, of: fixture.pages.looks.look(of: PartnerID("other")), in: .english, redirectingTo: []))
    #expect(plain.text.contains("– Example Signing</title>") && !plain.text.contains("Good to see you"))
    #expect(plain.tags("link").allSatisfy { $0["href"]?.hasPrefix("/assets/") == true })
  }

  @Test("the files that a page names are served, for ever, and can do nothing when opened alone")
  func assets() async throws {
    let fixture = try await GatewayFixture()
    let id = PartnerID("port al/..é")
    fixture.partners.change(id) { partner in
      partner.brand.colour = "#ffcc00"
      partner.brand.logo = PagesFixture.png
    }
    let pages = fixture.gateway.pages
    let paths = try await pages.looks.look(of: id)
    let logo = try #require(paths.logo)
    #expect(logo.wholeMatch(of: /\/brand\/port%20al%2F%2E%2E%C3%A9\/logo-[0-9a-f]{16}\.png/) != nil, "\(logo)")
    for (path, type, text) in [
      (pages.style, "text/css; charset=utf-8", ".card"), (paths.style, "text/css; charset=utf-8", "#ffcc00"),
      (paths.icon, "image/svg+xml", "<svg"), (logo, "image/png", nil),
      (pages.looks.standard.icon, "image/svg+xml", "<svg"),
    ] as [(String, String, String?)] {
      try await fixture.application.test(.router) { client in
        try await client.execute(uri: path, method: .get) { answer in
          #expect(answer.status == .ok && answer.headers[.contentType] == type, "\(path)")
          #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
          #expect(answer.headers[.xContentTypeOptions] == "nosniff")
          #expect(answer.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
          if let text { #expect(String(buffer: answer.body).contains(text)) }
        }
        for missing in ["/assets/x.css", "/brand/portal/", "/assets/../logo.png", path + "x"] {
          try await client.execute(uri: missing, method: .get) { #expect($0.status == .notFound, "\(missing)") }
        }
      }
    }
  }

  @Test("the service's logo is a picture of the size it says")
  func serviceLogo() async throws {
    try await GatewayFixture().application.test(.router) { client in
      try await client.execute(uri: "/logo.png", method: .get) { answer in
        let octets = Array(answer.body.readableBytesView)
        #expect(answer.headers[.contentType] == "image/png")
        #expect((try? BrandLogo(octets: octets))?.kind == .png)
        // IHDR: width and height.
        #expect(Array(octets[16..<24]) == [0, 0, 0, 192, 0, 0, 0, 192])
      }
    }
  }
}
